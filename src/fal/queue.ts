/** fal's queue: submit, watch, result, cancel. */
import { appOf } from "./endpoint.ts";
import { billableUnits, FalError, FORGOTTEN, statedUnits } from "./error.ts";
import { serverEvents } from "./events.ts";
import type { FalKey } from "./keys.ts";
import type { Priority } from "./priority.ts";
import { isPassing } from "./retry.ts";
import type { Exchange, Transport } from "./transport.ts";

/** A submitted request. Only the key that submitted it can see it. */
export interface Job {
  readonly requestId: string;
  readonly endpoint: string;
  readonly key: FalKey;
  /** `{queue}/{app}/requests/{id}`: status, result and cancellation hang off it. */
  readonly url: string;
}

export interface LogLine {
  message: string;
  level?: string;
  timestamp?: string;
}

export interface Status {
  status: "IN_QUEUE" | "IN_PROGRESS" | "COMPLETED";
  queue_position?: number;
  logs?: readonly LogLine[] | null;
  error?: string;
  error_type?: string;
  metrics?: { inference_time?: number };
}

export interface Result {
  output: unknown;
  /** `X-Fal-Billable-Units`; 0 when fal does not say. */
  units: number;
  /** The same; nothing when fal does not say. */
  billed?: number | undefined;
}

export interface Submission {
  /** The key to try first; the next in turn, where it is left out. */
  first?: FalKey | undefined;
  priority?: Priority | undefined;
}

export interface Queue {
  submit(endpoint: string, input: unknown, how?: Submission): Promise<Job>;
  status(job: Job): Promise<Status>;
  /** Every change of state, the last one being COMPLETED. Ends early only when `signal` aborts. */
  watch(job: Job, signal?: AbortSignal): AsyncGenerator<Status>;
  /** The model's own output. A failed model rejects with its FalError. */
  result(job: Job): Promise<Result>;
  /** Asks fal to drop or stop the request. False when it is over already. */
  cancel(job: Job): Promise<boolean>;
}

export interface QueueOptions {
  transport: Transport;
  /** Base of the queue, for example `https://queue.fal.run`. */
  url: string;
  sleep?: (ms: number) => Promise<void>;
  now?: () => number;
}

/** Polling, where the stream is not to be had: from 100 ms, by half again, up to a second. */
const POLL = { first: 100, factor: 1.5, last: 1000 } as const;

/** For so long fal is asked for what it has taken, although it cannot be reached. */
const INSIST_MS = 15 * 60_000;

/** A stream silent for so long may be half dead: a new one begins with the state as it is. */
const SILENCE_MS = 30_000;

export function createQueue(options: QueueOptions): Queue {
  const { transport, url, sleep = Bun.sleep, now = Date.now } = options;
  const base = url.replace(/\/+$/, "");

  /** The answer, its body read to the end: a connection may still break on the way. */
  async function read(exchange: Exchange) {
    const { response, key } = await transport.send(exchange);
    return { text: await response.text(), headers: response.headers, key };
  }

  /**
   * About a request that fal has taken, and that is paid for: asked again until fal answers. Given
   * up, or forgotten by fal, it counts as one whose outcome nobody knows, which no client repeats.
   */
  async function insist(exchange: Exchange) {
    const until = now() + INSIST_MS;
    for (let pause: number = POLL.first; ; pause = longer(pause)) {
      try {
        return await read(exchange);
      } catch (error) {
        if (isForgotten(error) || now() > until) throw lost(exchange, error);
        if (!isPassing(error)) throw error;
        await sleep(pause);
      }
    }
  }

  const status = async (job: Job) => {
    const { text } = await insist({ method: "GET", url: `${job.url}/status?logs=1`, key: job.key });
    return parsed(text, job) as Status;
  };

  async function submit(
    endpoint: string,
    input: unknown,
    { first, priority }: Submission = {},
  ): Promise<Job> {
    const { text, key } = await read({
      method: "POST",
      url: `${base}/${endpoint}`,
      body: input,
      first,
      ...(priority ? { headers: { "x-fal-queue-priority": priority } } : {}),
    }).catch((error: unknown) => {
      throw error instanceof FalError ? error : lost({ url: base }, error);
    });
    const { request_id, response_url } = fields(text);
    if (typeof request_id !== "string") {
      const message = `fal accepted ${endpoint} without a request id`;
      throw new FalError({ status: 502, message, key: key.name, ambiguous: true });
    }
    return {
      requestId: request_id,
      endpoint,
      key,
      url: requestUrl(base, endpoint, request_id, response_url),
    };
  }

  /** fal pushes each change the moment it happens. Ends when the stream does, or falls silent. */
  async function* streamed(job: Job, signal?: AbortSignal): AsyncGenerator<Status> {
    const silence = new AbortController();
    const timer = setTimeout(() => silence.abort(), SILENCE_MS);
    try {
      const { response } = await transport.send({
        method: "GET",
        url: `${job.url}/status/stream?logs=1`,
        key: job.key,
        headers: { accept: "text/event-stream" },
        signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      });
      if (!response.body) return;
      for await (const { data } of serverEvents(response.body)) {
        timer.refresh();
        yield JSON.parse(data) as Status;
      }
    } catch {
      // A stream that is refused, cut, garbled or silent is no verdict on the request.
    } finally {
      clearTimeout(timer);
    }
  }

  async function* polled(job: Job, signal?: AbortSignal): AsyncGenerator<Status> {
    for (let pause: number = POLL.first; !signal?.aborted; pause = longer(pause)) {
      const current = await status(job);
      yield current;
      if (current.status === "COMPLETED") return;
      await sleep(pause);
    }
  }

  /** A stream that ended early is opened again; one that said nothing at all gives way to polling. */
  async function* watch(job: Job, signal?: AbortSignal): AsyncGenerator<Status> {
    for (let pause = 0; !signal?.aborted; pause = longer(pause)) {
      const opened = now();
      let heard = false;
      for await (const current of streamed(job, signal)) {
        heard = true;
        yield current;
        if (current.status === "COMPLETED") return;
      }
      if (!heard) break;
      // Where something on the way cuts every stream at once, it is no faster than polling.
      if (now() - opened < pause) await sleep(pause);
    }
    yield* polled(job, signal);
  }

  async function result(job: Job): Promise<Result> {
    const { text, headers } = await insist({ method: "GET", url: job.url, key: job.key });
    const output = parsed(text, job);
    return { output, units: billableUnits(headers), billed: statedUnits(headers) };
  }

  async function cancel(job: Job): Promise<boolean> {
    try {
      await transport.send({ method: "PUT", url: `${job.url}/cancel`, key: job.key });
      return true;
    } catch (error) {
      // 400 ALREADY_COMPLETED and 404 NOT_FOUND: there is nothing left to cancel.
      if (error instanceof FalError && (error.status === 400 || error.status === 404)) return false;
      throw error;
    }
  }

  return { submit, status, watch, result, cancel };
}

const isForgotten = (error: unknown) => error instanceof FalError && error.errorType === FORGOTTEN;

const longer = (pause: number) => Math.min(Math.max(pause * POLL.factor, POLL.first), POLL.last);

function parsed(text: string, { key, requestId }: Job): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = `fal's answer about ${requestId} is not JSON`;
    throw new FalError({ status: 502, message, key: key.name, ambiguous: true, cause });
  }
}

/** Of an answer that may be anything. */
function fields(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {}; // Whoever reads it sees what is missing.
  }
}

function lost({ url }: Pick<Exchange, "url">, cause: unknown): FalError {
  const why = cause instanceof Error ? cause.message : String(cause);
  const message = `fal has taken the request, but ${new URL(url).host} tells nothing of it: ${why}`;
  return new FalError({ status: 0, message, ambiguous: true, cause });
}

/**
 * fal asks its users to follow the URLs it returns. They are followed only inside the configured
 * queue, so that an answer can never send a fal key elsewhere.
 */
function requestUrl(base: string, endpoint: string, id: string, given: unknown): string {
  const own = `${base}/${appOf(endpoint)}/requests/${id}`;
  if (typeof given !== "string" || !given.startsWith(`${base}/`)) return own;
  const followed = given.replace(/\/response$/, "");
  return followed.endsWith(`/requests/${id}`) ? followed : own;
}
