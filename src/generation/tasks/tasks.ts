/** All durable tasks: made, found, listed, cancelled, and taken up again after a restart. */
import type { Purchase } from "../../fal/purchase.ts";
import type { Log } from "../../log.ts";
import { ApiError, invalidRequest } from "../../openai/error.ts";
import type { CallRecord, TaskRecord } from "../../store/tasks/task.ts";
import { buyerOf, ordersOf } from "./buying.ts";
import { isOver, type NewTask, type Task, type Tasks } from "../task.ts";
import type { Callbacks } from "./callbacks.ts";
import { keepRunning, type Pursuit } from "./pursuit.ts";
import { planOf } from "./plans.ts";
import { recordOf, taskOf } from "./record.ts";
import type { RunParts } from "./run.ts";
import { rest } from "./vital.ts";

/** Forgets what was kept of a task that is forgotten. */
export type Discard = (task: Task) => Promise<unknown>;

export interface TasksOptions extends RunParts {
  callbacks: Callbacks;
  /** Why a callback may not be called; nothing for one that may. */
  judge(url: string): Promise<string | undefined>;
  discard?: Discard | undefined;
  /** Tasks that are over, and bytes that their records take, at most. */
  limits: { most: number; maxBytes: number };
  log: Log;
}

/** How long a cancellation waits for fal's word. */
const CANCEL_MS = 3_000;
/** Between two looks at a task that another process runs. */
const LOOK_MS = 500;
const SWEEP_MS = 10 * 60_000;
const TAKEN_AT_ONCE = 200;
/** What an orderly stop waits for a submission that is under way. */
const STOP_MS = 20_000;

export function createTasks(options: TasksOptions): Tasks {
  const { store, dictionary, references, callbacks, judge, discard, log, now, vital } = options;
  const { purchases } = options;
  const halting = new AbortController();
  const halt = halting.signal;
  const running = new Map<string, Pursuit>();
  const listeners = new Map<string, Set<() => void>>();
  const timers: Timer[] = [];
  let draining = false;

  function start(record: TaskRecord, recorded: readonly CallRecord[] = []): Pursuit {
    const { id } = record;
    const pursuit = keepRunning(record, recorded, {
      ...options,
      halt,
      changed: () => listeners.get(id)?.forEach((listener) => listener()),
    });
    running.set(id, pursuit);
    void pursuit.over.finally(() => {
      running.delete(id);
      listeners.get(id)?.forEach((listener) => listener());
      if (record.callback !== "none") callbacks.wake();
    });
    return pursuit;
  }

  /** What runs here is known better than what was written of it. */
  const current = (record: TaskRecord): Task => running.get(record.id)?.task() ?? taskOf(record);

  const ofOwner = (owner: string, record: TaskRecord | undefined) =>
    record?.owner === owner && !record.hidden ? record : undefined;

  const owned = async (owner: string, id: string) => ofOwner(owner, await store.find(id));

  async function find(owner: string, id: string): Promise<Task | undefined> {
    const record = await owned(owner, id);
    return record && current(record);
  }

  /** Sets aside what its calls may cost, so that it is refused now and not when it is under way. */
  async function admit(task: NewTask): Promise<readonly Purchase[]> {
    references.check(task);
    const plan = planOf(dictionary, task);
    const alive = plan.endpoints.find(({ id }) => (options.retired.get(id) ?? 0) <= now());
    const endpoint = alive ?? plan.endpoints[0]!;
    const { calls } = plan.fit(endpoint);
    if (task.callbackUrl !== undefined) {
      const param = task.callbackParam ?? "callback_url";
      const why = await judge(task.callbackUrl);
      if (why) throw invalidRequest(`Invalid ${param}: it ${why}.`, param, "invalid_callback");
    }
    await references.glance(task);
    return purchases.open(buyerOf(task), ordersOf(task, endpoint, calls));
  }

  async function create(task: NewTask): Promise<Task> {
    if (halt.aborted) throw stopping();
    const bought = await admit(task);
    const record = recordOf(task, now());
    const forget = () => bought.forEach((purchase) => purchase.forget());
    const inserted = await store.insert(record).catch((error: unknown) => {
      forget();
      throw error;
    });
    if (!inserted) {
      forget();
      throw new ApiError(409, `There is a task '${task.id}' already.`, "invalid_request_error", {
        code: "task_exists",
      });
    }
    const pursuit = start(record);
    // What came to its end before it was made; a task that is let go is taken over with its money.
    void pursuit.over.finally(() => halt.aborted || forget());
    return pursuit.task();
  }

  async function cancel(owner: string, id: string): Promise<Task | undefined> {
    const record = await owned(owner, id);
    if (!record) return undefined;
    if (draining) throw stopping();
    const pursuit = running.get(id);
    if (!pursuit) {
      // Another process runs it: it is told at its next look.
      if (!isOver(taskOf(record))) await store.askCancel(id);
      return find(owner, id);
    }
    await pursuit.cancel();
    await Promise.race([pursuit.over, rest(CANCEL_MS, halt)]);
    return find(owner, id);
  }

  async function settled(owner: string, id: string, signal: AbortSignal): Promise<Task> {
    for (;;) {
      signal.throwIfAborted();
      const task = await find(owner, id);
      if (!task) throw unknownTask(id);
      if (isOver(task)) return task;
      const pause = rest(LOOK_MS, signal);
      await (running.has(id) ? Promise.race([running.get(id)!.over, aborted(signal)]) : pause);
      if (halt.aborted) throw stopping();
    }
  }

  async function sweep(): Promise<void> {
    const gone = await store.sweep({ now: now(), ...options.limits });
    if (gone.length > 0) log.debug("tasks forgotten", { count: gone.length });
    for (const record of gone) {
      await discard?.(taskOf(record)).catch((error: unknown) => {
        log.warn("what was kept of a task could not be removed", { taskId: record.id, error });
      });
    }
  }

  async function takeUp(): Promise<number> {
    let count = 0;
    for (;;) {
      if (halt.aborted) return count;
      const taken = await store.leases.take(TAKEN_AT_ONCE);
      for (const record of taken) {
        if (running.has(record.id)) continue;
        start(record, await store.calls.of(record.id));
        count += 1;
      }
      if (taken.length < TAKEN_AT_ONCE) return count;
    }
  }

  /** With others on the same database: says that this one lives, and takes over from those that do not. */
  async function share(): Promise<void> {
    for (const id of await store.leases.renew()) void running.get(id)?.cancel();
    await takeUp();
    // What the process that ended a task did not live to tell.
    callbacks.wake();
  }

  function every(ms: number, what: string, work: () => Promise<unknown>): void {
    const timer = setInterval(() => {
      void work().catch((error: unknown) => log.error(`${what} failed`, { error }));
    }, ms);
    timer.unref();
    timers.push(timer);
  }

  return {
    create,
    find,
    here: (id) => running.get(id)?.task(),
    async findOnce(owner, once) {
      const record = ofOwner(owner, await store.findOnce(once));
      return record && current(record);
    },
    async list(owner, { after, limit, order, kinds, dialects }) {
      const place = after === undefined ? undefined : await owned(owner, after);
      if (after !== undefined && !place) {
        throw invalidRequest(`There is no task '${after}' to list after.`, "after");
      }
      const query = { owner, after: place, limit, order, kinds, dialects };
      const records = await store.list(query);
      return { tasks: records.slice(0, limit).map(current), hasMore: records.length > limit };
    },
    cancel,
    async remove(owner, id) {
      if (!(await owned(owner, id))) return false;
      await store.hide(id, now());
      const pursuit = running.get(id);
      await (pursuit?.cancel() ?? store.askCancel(id));
      if (!pursuit) void sweep().catch((error: unknown) => log.error("sweeping failed", { error }));
      return true;
    },
    settled,
    watch(id, listener) {
      const all = listeners.get(id) ?? new Set();
      listeners.set(id, all.add(listener));
      return () => {
        all.delete(listener);
        if (all.size === 0 && listeners.get(id) === all) listeners.delete(id);
      };
    },
    async resume() {
      const count = await takeUp();
      if (count > 0) log.info("unfinished tasks are taken up", { count });
      callbacks.wake();
      await sweep();
      every(SWEEP_MS, "forgetting old tasks", sweep);
      if (store.leases.lasts > 0) every(store.leases.lasts / 3, "sharing tasks", share);
    },
    drain() {
      draining = true;
    },
    async stop() {
      draining = true;
      halting.abort(new Error("falgate is stopping"));
      for (const timer of timers) clearInterval(timer);
      const whole = await vital.idle(STOP_MS);
      if (!whole) log.error("a submission is cut off, its outcome will be unknown");
      await Promise.race([
        Promise.allSettled([...running.values()].map(({ over }) => over)),
        Bun.sleep(STOP_MS / 4),
      ]);
      await callbacks.stop();
      await store.leases.release().catch((error: unknown) => {
        log.warn("tasks could not be given up to others", { error });
      });
    },
    counts: () => ({ running: running.size, callbacks: callbacks.active() }),
  };
}

const unknownTask = (id: string) =>
  new ApiError(404, `There is no task '${id}'.`, "invalid_request_error", {
    code: "task_not_found",
  });

const stopping = () =>
  new ApiError(503, "The gateway is being stopped. Try again in a moment.", "server_error", {
    code: "shutting_down",
    headers: { "retry-after": "5" },
  });

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
