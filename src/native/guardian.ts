/** Requests that nobody asks about, followed to their end before fal forgets them. */
import { FalError, falError, FORGOTTEN } from "../fal/error.ts";
import type { Pass } from "../fal/pass.ts";
import type { Job, Status } from "../fal/queue.ts";
import { isPassing } from "../fal/retry.ts";
import type { Log } from "../log.ts";
import type { FalRequest } from "../store/request.ts";
import type { Requests } from "../store/requests.ts";
import type { Follows } from "./follow.ts";
import type { JobOf } from "./job.ts";

export interface Guardian {
  /** Looks at once, and from then on every `intervalMs`. */
  start(): void;
  /** One round over everything that is pending and due. */
  round(): Promise<void>;
  stop(): Promise<void>;
}

export interface GuardianOptions {
  requests: Requests;
  follows: Follows;
  jobOf: JobOf;
  pass: Pass;
  /** Fetches and keeps the result of a completed request. */
  keep(job: Job, last: Status): Promise<void>;
  /** Somebody waits for its end, and should not wait for the next round. */
  awaited(request: FalRequest): boolean;
  log: Log;
  intervalMs?: number;
  now?: () => number;
}

/** A result is forgotten after an hour, a large one after six minutes (docs.fal.ai, "Queue"). */
const INTERVAL_MS = 60_000;
/** Looked at together. */
const WIDTH = 8;
/** Pending requests of one round; more than that wait for the oldest to end. */
const MOST = 10_000;
/** Streams that may be opened for webhooks; the rest are looked at like any other. */
const STREAMS = 500;

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

/** Old ones are looked at every second or fourth round, which still is within the six minutes. */
const everyNth = (age: number) => (age < 10 * MINUTE ? 1 : age < 60 * MINUTE ? 2 : 4);

export function createGuardian(options: GuardianOptions): Guardian {
  const { requests, follows, jobOf, pass, keep, awaited, log } = options;
  const { intervalMs = INTERVAL_MS, now = Date.now } = options;
  const ending = new AbortController();
  let rounds = 0;
  let current = Promise.resolve();
  let timer: Timer | undefined;

  /** One status, no stream: most of them are not over. */
  async function look(job: Job): Promise<void> {
    const { response } = await pass({
      method: "GET",
      url: `${job.url}/status?logs=1`,
      headers: { accept: "application/json", "accept-encoding": "identity" },
      key: job.key,
      signal: ending.signal,
    });
    const text = await response.text();
    if (response.ok) {
      const status = JSON.parse(text) as Status;
      return status.status === "COMPLETED" ? keep(job, status) : undefined;
    }
    const error = falError(response, text, job.key.name);
    if (error.errorType !== FORGOTTEN) throw error;
    log.warn("fal has forgotten a request", { requestId: job.requestId });
    await requests.lose(job.requestId);
  }

  /** What is due: neither followed already, nor old enough to be left out this time. */
  async function due(): Promise<FalRequest[]> {
    // After a start nobody knows for how long nobody has looked.
    const before = rounds === 0 ? now() : now() - intervalMs;
    const pending = await requests.pending(before, MOST);
    return pending.filter(({ requestId, createdAt }) => {
      const rests = rounds % everyNth(now() - createdAt) !== 0;
      return !rests && !follows.has(requestId);
    });
  }

  async function round(): Promise<void> {
    const left = (await due()).values();
    rounds += 1;
    // A key that gets no answer is not tried again before the next round.
    const mute = new Set<string>();

    async function guard(request: FalRequest): Promise<void> {
      const { requestId, createdAt, falKey } = request;
      const job = jobOf(request);
      if (!job && now() - createdAt > DAY) return requests.lose(requestId);
      if (!job || mute.has(falKey) || ending.signal.aborted) return;
      if (awaited(request) && follows.active() < STREAMS) return void follows.of(job);
      try {
        await look(job);
      } catch (error) {
        if (ending.signal.aborted) return;
        log.debug("a request could not be looked at", { requestId, error });
        if (isMute(error)) mute.add(falKey);
      }
    }

    async function work(): Promise<void> {
      for (const request of left) await guard(request);
    }

    await Promise.all(Array.from({ length: WIDTH }, work));
  }

  function run(): void {
    const began = now();
    current = round()
      .catch((error: unknown) => log.error("pending requests cannot be looked at", { error }))
      .then(() => {
        if (ending.signal.aborted) return;
        timer = setTimeout(run, Math.max(0, began + intervalMs - now()));
        timer.unref();
      });
  }

  return {
    start: run,
    round,
    async stop() {
      ending.abort();
      clearTimeout(timer);
      await current;
    },
  };
}

/** A failure that the next request under the same key would meet too. */
function isMute(error: unknown): boolean {
  return isPassing(error) || (error instanceof FalError && [401, 403].includes(error.status));
}
