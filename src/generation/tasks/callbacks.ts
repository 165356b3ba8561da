/** Telling a task's end to whoever asked to be called: signed, repeated until it is heard, once. */
import type { Log } from "../../log.ts";
import type { CallbackQueue } from "../../store/tasks/callbacks.ts";
import type { TaskRecord } from "../../store/tasks/task.ts";
import { type LinkOf, neutral } from "./neutral.ts";
import { taskOf } from "./record.ts";
import { signedHeaders } from "./signing.ts";

export interface Callbacks {
  /** Something may be due. */
  wake(): void;
  /** Attempts under way. */
  active(): number;
  stop(): Promise<void>;
}

export interface CallbacksOptions {
  queue: CallbackQueue;
  /** The answer's status, or 0 for none; rejects where the address leads inside. */
  call(url: string, body: string, headers: Record<string, string>): Promise<number>;
  linkOf?: LinkOf | undefined;
  /** `whsec_…` */
  secret: string;
  log: Log;
  /** Milliseconds before each attempt. */
  schedule?: readonly number[] | undefined;
  now?: () => number;
  random?: () => number;
}

/** About as the Standard Webhooks specification proposes, over a day. */
export const CALLBACK_SCHEDULE = [0, 5, 30, 120, 600, 1800, 7200, 18_000, 36_000, 36_000].map(
  (seconds) => seconds * 1000,
);

/** Attempts at a time, in all and at one host: one that hangs must not hold up the others. */
const AT_ONCE = 64;
const AT_ONE_HOST = 8;
const LOOK_MS = 1_000;

export function createCallbacks(options: CallbacksOptions): Callbacks {
  const { queue, call, linkOf, secret, log } = options;
  const { schedule = CALLBACK_SCHEDULE, now = Date.now, random = Math.random } = options;
  const underway = new Map<string, { host: string; attempt: Promise<void> }>();
  let timer: Timer | undefined;
  let looking: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  /** So that many that failed together do not come back together. */
  const jittered = (ms: number) => ms * (0.8 + 0.4 * random());

  async function attempt(record: TaskRecord): Promise<void> {
    const tries = record.callbackTries + 1;
    const last = tries >= schedule.length;
    const at = now() + jittered(schedule[tries] ?? schedule.at(-1)!);
    if (!(await queue.claim(record.id, tries, at))) return;
    const task = taskOf(record);
    const timestamp = new Date(task.completedAt ?? now()).toISOString();
    const event = { type: `task.${task.state}`, timestamp, data: neutral(task, linkOf) };
    const body = JSON.stringify(event);
    const headers = signedHeaders(secret, { id: `msg_${task.id}`, body, now: now() });
    const status = await call(task.callbackUrl!, body, headers).catch(() => 0);
    if (status >= 200 && status < 300) return queue.close(record.id, "heard");
    // 410: the receiver is gone for good, as the specification has it.
    if (status !== 410 && !last) return;
    log.warn("a callback is given up", { taskId: task.id, tries, status });
    await queue.close(record.id, "given up");
  }

  function begin(record: TaskRecord): void {
    const host = hostOf(record);
    const busy = [...underway.values()].filter((each) => each.host === host).length;
    if (stopped || underway.has(record.id) || busy >= AT_ONE_HOST) return;
    const made = attempt(record)
      .catch((error: unknown) => {
        log.error("a callback cannot be made", { taskId: record.id, error });
      })
      .finally(() => {
        underway.delete(record.id);
        wake();
      });
    underway.set(record.id, { host, attempt: made });
  }

  async function look(): Promise<void> {
    const due = await queue.due(now(), AT_ONCE * 4);
    for (const record of due) if (underway.size < AT_ONCE) begin(record);
    if (stopped || underway.size > 0 || (await queue.count()) === 0) return;
    timer ??= setTimeout(wake, LOOK_MS);
    timer.unref();
  }

  function wake(): void {
    clearTimeout(timer);
    timer = undefined;
    if (stopped) return;
    again = looking !== undefined;
    looking ??= look()
      .catch((error: unknown) => log.error("callbacks cannot be read", { error }))
      .finally(() => {
        looking = undefined;
        if (again) wake();
      });
  }

  return {
    wake,
    active: () => underway.size,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await looking;
      await Promise.all([...underway.values()].map((each) => each.attempt));
    },
  };
}

function hostOf({ request }: TaskRecord): string {
  const { callbackUrl = "" } = request as { callbackUrl?: string };
  return URL.parse(callbackUrl)?.host ?? "";
}
