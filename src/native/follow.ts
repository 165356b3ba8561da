/** One upstream stream for each request that somebody asks about, however many ask and how often. */
import type { Job, LogLine, Queue, Status } from "../fal/queue.ts";

export interface Follow {
  /** The latest that fal said, with all log lines so far. */
  latest(): Status | undefined;
  /** Settles with the first status; rejects when fal does not know the request. */
  readonly known: Promise<void>;
  /** Settles when the result has been fetched and kept. */
  readonly kept: Promise<void>;
  /** Called with each status as it comes, its logs being those that are new. */
  listen(listener: (status: Status) => void): () => void;
}

export interface Follows {
  /** The running follow of a request, or a new one. */
  of(job: Job): Follow;
  /** Whether one is running, or has just ended. */
  has(requestId: string): boolean;
  /** Followed requests that are not over. */
  active(): number;
}

export interface FollowsOptions {
  queue: Queue;
  /** Fetches the result of a completed request and keeps it, with the last status. */
  keep(job: Job, last: Status): Promise<void>;
}

/** A finished follow answers late polls from memory for so long. */
const LINGER_MS = 30_000;

export function createFollows({ queue, keep }: FollowsOptions): Follows {
  const follows = new Map<string, Follow>();
  let active = 0;

  function start(job: Job): Follow {
    const listeners = new Set<(status: Status) => void>();
    const first = Promise.withResolvers<void>();
    const seen = new Set<string>();
    const logs: LogLine[] = [];
    let latest: Status | undefined;

    /** Streamed statuses bear new lines only, polled ones all of a window. */
    function fresh(status: Status): LogLine[] {
      const lines = (status.logs ?? []).filter((line) => {
        const mark = `${line.timestamp} ${line.message}`;
        return !seen.has(mark) && seen.add(mark);
      });
      logs.push(...lines);
      return lines;
    }

    async function run(): Promise<void> {
      for await (const status of queue.watch(job)) {
        const lines = fresh(status);
        latest = { ...status, logs };
        for (const listener of listeners) listener({ ...status, logs: lines });
        first.resolve();
      }
      if (latest?.status === "COMPLETED") await keep(job, latest);
    }

    active += 1;
    const kept = run().finally(() => {
      active -= 1;
      setTimeout(() => follows.delete(job.requestId), LINGER_MS).unref();
    });
    kept.catch((error: unknown) => {
      first.reject(error);
      follows.delete(job.requestId); // The next one who asks tries anew.
    });
    first.promise.catch(() => {}); // Whoever asks awaits it; nobody may.
    return {
      latest: () => latest,
      known: first.promise,
      kept,
      listen(listener) {
        listeners.add(listener);
        return () => listeners.delete(listener);
      },
    };
  }

  return {
    of(job) {
      const running = follows.get(job.requestId);
      if (running) return running;
      const started = start(job);
      follows.set(job.requestId, started);
      return started;
    },
    has: (requestId) => follows.has(requestId),
    active: () => active,
  };
}
