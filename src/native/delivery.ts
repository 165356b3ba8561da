/** Bringing results to the clients' webhooks: one stream of attempts for each request, to its end. */
import type { Log } from "../log.ts";
import type { Requests } from "../store/requests.ts";
import { createLanes } from "./lanes.ts";
import type { Signer } from "./signature.ts";
import type { Webhooks } from "./webhook.ts";
import { webhookBody } from "./webhook-body.ts";

export interface Deliveries {
  /** Begins to deliver a settled request; nothing for one without a webhook, or under way. */
  start(requestId: string): void;
  /** Takes up what an earlier process did not bring to an end. */
  resume(): Promise<void>;
  /** Requests that are being delivered. */
  active(): number;
  /** No further attempts. What is left is taken up by `resume`. */
  stop(): Promise<void>;
}

export interface DeliveriesOptions {
  requests: Requests;
  webhooks: Webhooks;
  signer: Signer;
  log: Log;
  /** Milliseconds before each attempt. */
  schedule?: readonly number[];
  now?: () => number;
  random?: () => number;
}

/** Ten attempts over two hours, as fal makes them (docs.fal.ai, "Webhooks", retries). */
export const SCHEDULE = [0, 10, 30, 60, 120, 300, 600, 1200, 1800, 3000].map((s) => s * 1000);

/** Attempts at one host at a time: one that hangs must not fill the process. */
const WIDTH = 8;
/** What is taken up after a start. */
const MOST = 10_000;

export function createDeliveries(options: DeliveriesOptions): Deliveries {
  const { requests, webhooks, signer, log } = options;
  const { schedule = SCHEDULE, now = Date.now, random = Math.random } = options;
  const lanes = createLanes(WIDTH);
  const active = new Map<string, Promise<void>>();
  const sleeping = new Set<() => void>();
  let stopped = false;

  /** So that many that failed together do not come back together. */
  const jittered = (ms: number) => ms * (0.8 + 0.4 * random());

  function pause(ms: number): Promise<void> {
    if (ms === 0 || stopped) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        sleeping.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, ms);
      timer.unref();
      sleeping.add(wake);
    });
  }

  /** The result is read anew for each attempt: hours of waiting must not hold it. */
  async function attempt(requestId: string): Promise<"over" | "again"> {
    const request = await requests.find(requestId);
    const { webhook, settledAt, deliveredAt } = request ?? {};
    if (!request || !webhook || !settledAt || deliveredAt) return "over";
    const status = await lanes.run(new URL(webhook).host, async () => {
      if (stopped) return 0;
      const body = webhookBody(request);
      return webhooks.call(webhook, body, signer.sign(requestId, body)).catch(() => 0);
    });
    if (status < 200 || status >= 400) return "again";
    if (status >= 300) log.warn("a webhook answers with a redirect", { requestId, status });
    await requests.delivered(requestId);
    return "over";
  }

  async function deliver(requestId: string, first: number): Promise<void> {
    for (const [index, delay] of [...schedule.entries()].slice(first)) {
      if (index > first) await pause(jittered(delay));
      if (stopped || (await attempt(requestId)) === "over") return;
    }
    if (stopped) return;
    log.warn("a webhook is given up", { requestId, attempts: schedule.length });
    await requests.delivered(requestId);
  }

  function begin(requestId: string, first: number): void {
    if (stopped || active.has(requestId)) return;
    const stream = deliver(requestId, first)
      .catch((error: unknown) => log.error("a webhook cannot be delivered", { requestId, error }))
      .finally(() => active.delete(requestId));
    active.set(requestId, stream);
  }

  /** Which attempt is due: as many count as made as there was time for. */
  function dueSince(settledAt: number): number {
    let at = 0;
    const passed = schedule.filter((delay) => (at += delay) <= now() - settledAt).length;
    return Math.max(0, passed - 1);
  }

  return {
    start: (requestId) => begin(requestId, 0),
    async resume() {
      for (const { requestId, settledAt } of await requests.undelivered(MOST)) {
        begin(requestId, dueSince(settledAt));
      }
    },
    active: () => active.size,
    async stop() {
      stopped = true;
      for (const wake of [...sleeping]) wake();
      await Promise.all(active.values());
    },
  };
}
