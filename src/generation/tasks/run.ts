/** One task on its way: from whatever was written of it last to its end. */
import type { Language } from "../../fal/language.ts";
import type { Purchases } from "../../fal/purchase.ts";
import type { Log } from "../../log.ts";
import type { ClientsWords } from "../../models/fit/clients-words.ts";
import { videoUpscalers } from "../../models/upscale.ts";
import type { Dictionary } from "../../models/resolve.ts";
import type { CallRecord } from "../../store/tasks/task.ts";
import type { TaskStore } from "../../store/tasks/tasks.ts";
import type { Plan } from "../plan.ts";
import { retold } from "../retold.ts";
import type { Retired } from "../run.ts";
import type { Settled } from "../settled.ts";
import { hasBegun, isOver, type Task, type TaskMedia, type TaskState } from "../task.ts";
import { createBuying } from "./buying.ts";
import { enhance } from "./enhance.ts";
import { Halted } from "./failure.ts";
import { type KeepMedia, keepOne } from "./keeping.ts";
import { createLedger } from "./ledger.ts";
import type { LedgerParts } from "./ledger-parts.ts";
import { mediaOf } from "./outputs.ts";
import { planOf } from "./plans.ts";
import { progressOf } from "./progress.ts";
import { changeOf, shown, type Working } from "./record.ts";
import type { References } from "./references.ts";
import { carryOut, type Stage } from "./stage.ts";
import { verdictOf } from "./verdict.ts";

export interface RunParts extends Omit<LedgerParts, "calls"> {
  store: TaskStore;
  /** Where its calls are paid. */
  purchases: Purchases;
  dictionary: Dictionary;
  language: Language;
  references: References;
  keep: KeepMedia;
  retired: Retired;
  log: Log;
  /** Milliseconds for which a task that is over is remembered. */
  retentionMs: number;
}

export interface TaskRun {
  /** As it stands at this moment. */
  task(): Task;
  /** Settles when the task is over, or let go. */
  readonly ended: Promise<void>;
  cancel(): Promise<void>;
}

export interface RunOptions extends RunParts {
  task: Working;
  recorded: readonly CallRecord[];
  halt: AbortSignal;
  changed(): void;
}

export function startTaskRun(options: RunOptions): TaskRun {
  const { store, dictionary, language, references, retired, log, halt, now, changed } = options;
  let task = options.task;
  let kept = task.progress;
  const leaving = new AbortController();
  if (task.cancelling) leaving.abort();
  const signal = AbortSignal.any([halt, leaving.signal]);
  const buying = createBuying({ purchases: options.purchases, task, signal });
  const ledger = createLedger({
    ...options,
    taskId: task.id,
    priority: task.priority,
    buying,
    calls: store.calls,
    ending: () => leaving.signal.aborted,
    explain: (error, endpoint) => options.explain(retold(error, wordsOf(endpoint))),
    changed: seen,
  });

  /** What the client calls the fields of an endpoint that its request was fitted to. */
  function wordsOf(endpoint: string | undefined): ClientsWords | undefined {
    const plan = planOf(dictionary, task);
    const fitted = plan.endpoints.find(({ id }) => id === endpoint);
    return fitted && plan.fit(fitted).words;
  }

  /** Progress is kept now and then, so that it does not fall after a restart. */
  function seen(): void {
    look();
    if (Math.floor(task.progress / 10) > Math.floor(kept / 10)) {
      kept = task.progress;
      const { id, progress, updatedAt } = task;
      void store.progress(id, progress, updatedAt).catch(() => {}); // The next one may be kept.
    }
    changed();
  }

  function look(): void {
    const progress = progressOf(task, ledger.sights(), now());
    if (progress <= task.progress) return;
    const begins = task.state === "running" && hasBegun({ progress }) && !hasBegun(task);
    task = { ...task, progress, ...(begins ? { updatedAt: now() } : {}) };
  }

  /** Written first, then told. */
  async function move(state: TaskState, changes: Partial<Working> = {}): Promise<void> {
    if (halt.aborted) throw new Halted();
    look();
    const made = task.media.length === 0 && (changes.media?.length ?? 0) > 0;
    const updatedAt = state === task.state && !made ? task.updatedAt : now();
    const next = { ...task, ...changes, state, updatedAt } as Working;
    if (!(await store.advance(changeOf(next)))) throw new Halted("the task is over already");
    task = next;
    changed();
  }

  async function end(state: TaskState, changes: Partial<Working> = {}): Promise<void> {
    const at = now();
    const { cancelling: _, ...rest } = task;
    task = rest as Working;
    const times = { completedAt: at, expiresAt: at + options.retentionMs };
    const progress = state === "completed" ? 100 : task.progress;
    await move(state, { ...changes, ...times, progress });
  }

  async function prepare(): Promise<void> {
    if (task.prepared) return;
    const busy = references.any(task) || task.enhancePrompt;
    if (busy) await move("preparing");
    if (!busy) return;
    const [files, better] = await Promise.all([
      references.bring(task, signal),
      enhance(task, { language, dictionary, ledger, buying, isRetired, log, signal }),
    ]);
    const request = { ...(better.request ?? task.request), ...files };
    await move("preparing", { ...better, request, prepared: true } as Partial<Working>);
  }

  const isRetired = (id: string) => (retired.get(id) ?? 0) > now();

  function stage(name: Stage, plan: Plan): Promise<Settled> {
    return carryOut(name, plan, { ledger, retired, now });
  }

  async function generate(): Promise<void> {
    if (task.result) return;
    await move("running");
    const made = await stage("generate", planOf(dictionary, withFinalPrompt(task)));
    const result = made.results.map(({ output }) => output);
    const { adjusted, units } = made;
    await move("running", { result, adjusted, units, media: mediaOf(task.kind, made) });
  }

  /** The first stage's video is paid for: whatever becomes of the second, it is delivered. */
  async function upsample(): Promise<void> {
    const [first] = task.media;
    const ahead = task.state === "running" || task.state === "upsampling";
    if (!task.upsample || !first || !ahead || task.upsampleFailed) return;
    await move("upsampling");
    const plan: Plan = {
      model: task.model,
      endpoints: videoUpscalers(dictionary),
      fit: () => ({ calls: [{ input: { video_url: first.url }, pictures: 1 }], adjusted: [] }),
    };
    try {
      const made = await stage("upscale", plan);
      const result = [...(task.result ?? []), ...made.results.map(({ output }) => output)];
      const units = (task.units ?? 0) + made.units;
      await move("keeping", { result, units, media: mediaOf("video", made) });
    } catch (error) {
      if (error instanceof Halted || halt.aborted) throw error;
      log.warn("a video could not be enlarged", { taskId: task.id, error });
      await move("upsampling", { upsampleFailed: true });
    }
  }

  async function keep(): Promise<void> {
    if (task.media.length === 0) return;
    await move("keeping");
    await Promise.all(
      task.media.map(async (media, place) => {
        if (media.kept !== undefined) return;
        const kept = await keepOne(media, shown(task), { ...options, halt });
        if (!kept) throw new Halted();
        if (kept !== media) await move("keeping", { media: replaced(task.media, place, kept) });
      }),
    );
  }

  async function carry(): Promise<void> {
    try {
      await prepare();
      await generate();
      await upsample();
      await keep();
      const stopped = task.upsampleFailed && leaving.signal.aborted;
      await end(stopped ? "cancelled" : "completed");
    } catch (error) {
      const verdict = verdictOf(error, { ...options, ending: leaving.signal.aborted });
      if (!verdict) throw error;
      const { state, error: why } = verdict;
      await end(state, why ? { error: why, failedIn: task.state } : {});
    }
  }

  return {
    task() {
      look();
      const positions = ledger.sights().flatMap(({ position }) => position ?? []);
      const waits = task.state === "running" && positions.length > 0;
      return shown(waits ? { ...task, queuePosition: Math.max(...positions) } : task);
    },
    ended: carry(),
    async cancel() {
      if (isOver(task) || leaving.signal.aborted) return;
      await store.askCancel(task.id);
      task = { ...task, cancelling: true };
      leaving.abort();
      changed();
      await ledger.cancel();
    },
  };
}

/** The client is told its own prompt, fal the English one. */
function withFinalPrompt({ enhancedPrompt, ...task }: Working): Working {
  if (enhancedPrompt === undefined) return task as Working;
  return { ...task, request: { ...task.request, prompt: enhancedPrompt } } as Working;
}

const replaced = (all: readonly TaskMedia[], place: number, by: TaskMedia) =>
  all.map((media, index) => (index === place ? by : media));
