/** Running a task until it is over, also past faults that are not its own. */
import type { CallRecord, TaskRecord } from "../../store/tasks/task.ts";
import { isOver, rankOf, type Task } from "../task.ts";
import { Halted, taskError } from "./failure.ts";
import { changeOf, shown, taskOf, type Working, workingOf } from "./record.ts";
import { type RunOptions, startTaskRun, type TaskRun } from "./run.ts";
import { backOff } from "./vital.ts";

export interface Pursuit {
  /** As it stands at this moment. */
  task(): Task;
  /** Resolves when it is over, or let go. Never rejects. */
  readonly over: Promise<void>;
  cancel(): Promise<void>;
}

type PursuitOptions = Omit<RunOptions, "task" | "recorded">;

/** Faults of the store pass; one that is still there after some minutes is the task's. */
const TRIES = 12;

export function keepRunning(
  first: TaskRecord,
  calls: readonly CallRecord[],
  options: PursuitOptions,
): Pursuit {
  const { store, log, halt } = options;
  let cancelled = first.cancelAsked;
  let run: TaskRun = begin(first, calls);

  function begin(record: TaskRecord, recorded: readonly CallRecord[]): TaskRun {
    const task = workingOf({ ...record, cancelAsked: record.cancelAsked || cancelled });
    return startTaskRun({ ...options, task, recorded });
  }

  /** From what is written, as after a restart. Undefined where that cannot be read, or it is over. */
  async function again(id: string): Promise<TaskRun | undefined> {
    const record = await store.find(id);
    if (!record || isOver(taskOf(record))) return undefined;
    return begin(record, await store.calls.of(id));
  }

  async function pursue(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        return await run.ended;
      } catch (error) {
        if (halt.aborted || error instanceof Halted) return;
        log.error("a task stumbled and is taken up again", { taskId: first.id, tries, error });
        if (tries >= TRIES) return giveUp(error);
      }
      await backOff(tries, halt);
      if (halt.aborted) return;
      const next = await again(first.id).catch((error: unknown) => {
        log.error("a task cannot be read", { taskId: first.id, error });
        return run;
      });
      if (!next) return;
      run = next;
    }
  }

  async function giveUp(error: unknown): Promise<void> {
    const at = options.now();
    const times = { updatedAt: at, completedAt: at, expiresAt: at + options.retentionMs };
    const failed = { ...run.task(), ...times, error: taskError(options.explain(error)) };
    const change = changeOf({ ...failed, state: "failed" } as Working);
    await store.advance({ ...change, rank: rankOf("failed") }).catch((cause: unknown) => {
      log.error("a task's failure cannot be written", { taskId: first.id, error: cause });
    });
  }

  return {
    task: () => shown(run.task() as Working),
    over: pursue(),
    async cancel() {
      cancelled = true;
      await run.cancel();
    },
  };
}
