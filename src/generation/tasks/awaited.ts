/** Durable tasks that clients wait for: they may leave or be cut off, the task goes on and is joined again. */
import { type Status } from "../../fal/queue.ts";
import type { Dictionary } from "../../models/resolve.ts";
import type { CancelPolicy } from "../call.ts";
import type { Run } from "../run.ts";
import type { Settled } from "../settled.ts";
import { hasBegun, isOver, rankOf, type Task, type Tasks } from "../task.ts";
import type { Unnamed } from "./once.ts";
import { recentTasks } from "./recent.ts";
import { failureOf, settledOf } from "./settled.ts";

export interface Awaited {
  /** The task as the run of a generation; one that an earlier process has left is taken up. */
  run(task: Unnamed, changed: () => void, print: string): Run;
}

export interface AwaitedOptions {
  tasks: Tasks;
  dictionary: Dictionary;
  /** Begins every id: `chat_`. */
  prefix: string;
  now?: () => number;
}

/** How long what an earlier process has begun can still be asked for again. */
const KEPT_MS = 60 * 60_000;
const KNOWN = 20_000;

export function createAwaited({ tasks, dictionary, prefix, ...options }: AwaitedOptions): Awaited {
  const { now = Date.now } = options;
  /** Which of them are joined is decided by the generations of this process. */
  const known = new Set<string>();

  function remember(id: string): void {
    known.add(id);
    if (known.size > KNOWN) known.delete(known.values().next().value!);
  }

  async function left(asked: Unnamed, print: string): Promise<Task | undefined> {
    for await (const task of recentTasks(tasks, asked, now() - KEPT_MS)) {
      const goes = task.state !== "failed" && task.state !== "cancelled" && !task.cancelling;
      if (task.view?.print === print && goes && !known.has(task.id)) return task;
    }
    return undefined;
  }

  async function begin(task: Unnamed, print: string): Promise<Task> {
    const earlier = await left(task, print);
    const id = earlier?.id ?? prefix + crypto.randomUUID().replaceAll("-", "");
    remember(id);
    return earlier ?? tasks.create({ ...task, id, view: { ...task.view, print } } as never);
  }

  return {
    run(task, changed, print) {
      const { owner, callbackUrl } = task;
      const accepted = Promise.withResolvers<void>();
      const begun = begin(task, print);
      let latest: Task | undefined;

      async function look(id: string): Promise<void> {
        latest = (await tasks.find(owner, id)) ?? latest;
        if (latest && isTaken(latest)) accepted.resolve();
        changed();
      }

      async function settle(): Promise<Settled> {
        const { id } = await begun;
        const unwatch = tasks.watch(id, () => void look(id).catch(accepted.reject));
        try {
          await look(id);
          const task = await tasks.settled(owner, id, new AbortController().signal);
          if (task.state !== "completed") throw failureOf(task);
          return settledOf(task, dictionary);
        } finally {
          unwatch();
        }
      }

      const settled = settle();
      settled.then(() => accepted.resolve(), accepted.reject);
      return {
        accepted: accepted.promise,
        settled,
        progress: () => [latest && statusOf(latest)],
        partials: () => [],
        async abandon(policy: CancelPolicy) {
          const { id } = await begun;
          // Not asked of the database while it is known: who comes meanwhile would begin another.
          const task = tasks.here(id) ?? (await tasks.find(owner, id));
          // Whoever wants to be called back does not have to stay.
          if (!task || isOver(task) || callbackUrl !== undefined) return false;
          if (policy === "never" || (policy === "queued" && hasBegun(task))) return false;
          const ended = await tasks.cancel(owner, id);
          return ended?.state === "cancelled" || ended?.cancelling === true;
        },
      };
    },
  };
}

/** Whether fal has been heard of it. */
const isTaken = (task: Task) =>
  task.queuePosition !== undefined ||
  hasBegun(task) ||
  (!isOver(task) && rankOf(task.state) > rankOf("running"));

/** As a waiting person is told of any other generation. */
function statusOf(task: Task): Status {
  if (isOver(task)) return { status: "COMPLETED" };
  if (!hasBegun(task)) return { status: "IN_QUEUE", queue_position: task.queuePosition ?? 0 };
  return { status: "IN_PROGRESS", logs: [{ message: `${task.progress}%` }] } as Status;
}
