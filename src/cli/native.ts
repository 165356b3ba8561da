/** fal's own API as a gateway relays it: what is asked, followed, kept, and told to webhooks. */
import type { Config } from "../config.ts";
import type { FalKeys } from "../fal/keys.ts";
import type { Pass } from "../fal/pass.ts";
import type { Purchases } from "../fal/purchase.ts";
import type { Queue } from "../fal/queue.ts";
import type { Log } from "../log.ts";
import { paying } from "../native/buying.ts";
import { createDeliveries, type Deliveries } from "../native/delivery.ts";
import { createFollows } from "../native/follow.ts";
import { createGuardian } from "../native/guardian.ts";
import { createJobOf } from "../native/job.ts";
import { keeper } from "../native/keeper.ts";
import { createKeySet } from "../native/key-set.ts";
import { createRealtimeTokens, remembering } from "../native/realtime-tokens.ts";
import { createRealtime } from "../native/realtime.ts";
import { createNativeApi } from "../native/native.ts";
import { createRest } from "../native/rest.ts";
import { createSigner } from "../native/signature.ts";
import { telling } from "../native/telling.ts";
import { createTickets } from "../native/ticket.ts";
import { createReceiver } from "../native/webhook-receive.ts";
import type { Webhooks } from "../native/webhook.ts";
import type { Deps } from "../routes/deps.ts";
import type { FalRequest } from "../store/request.ts";
import type { Requests } from "../store/requests.ts";

export interface NativeParts {
  keys: FalKeys;
  pass: Pass;
  queue: Queue;
  purchases: Purchases;
  webhooks: Webhooks;
  /** What is remembered of fal's requests. */
  stored: Requests;
  log: Log;
  /** Milliseconds before each attempt to call a webhook. */
  schedule?: readonly number[] | undefined;
  /** Milliseconds between two looks at what is pending. */
  intervalMs?: number | undefined;
}

export interface NativeSide extends Pick<
  Deps,
  "native" | "rest" | "realtime" | "realtimeTokens" | "receiver" | "signer"
> {
  deliveries: Deliveries;
  /** Requests that are being watched. */
  following(): number;
  /** Takes up the requests to follow, and the webhooks to call, of an earlier process. */
  start(): void;
  stop(): Promise<void>;
}

export function gatewayNative(config: Config, parts: NativeParts): NativeSide {
  const { keys, pass, queue, purchases, webhooks, stored, log, schedule, intervalMs } = parts;
  const { falQueueUrl: queueUrl, falRunUrl: runUrl, falRestUrl: restUrl, publicUrl } = config;
  const signer = createSigner(config.falKey);
  const deliveries = createDeliveries({ requests: stored, webhooks, signer, log, schedule });
  const requests = paying(telling(stored, deliveries.start), purchases);
  const keep = keeper(pass, requests);
  const follows = createFollows({ queue, keep });
  const jobOf = createJobOf(keys, queueUrl);
  const webhookUrl = publicUrl && `${publicUrl.replace(/\/+$/, "")}/webhooks/fal`;
  const awaited = ({ webhook }: FalRequest) => webhook !== undefined && !webhookUrl;
  const guardian = createGuardian({
    ...{ requests, follows, jobOf, pass, keep, awaited, log, intervalMs },
  });
  const realtimeTokens = createRealtimeTokens();
  const tickets = createTickets(config.falKey.join());
  return {
    native: createNativeApi({
      ...{ pass, keys, follows, requests, purchases, webhooks, webhookUrl, queueUrl, runUrl },
    }),
    rest: remembering(createRest({ pass, tickets, url: restUrl }), realtimeTokens),
    realtime: createRealtime({ pass, purchases, log, runUrl, restUrl }),
    realtimeTokens,
    receiver: createReceiver({
      requests,
      keySet: createKeySet({ url: restUrl }),
      over(request) {
        const job = jobOf(request);
        if (job) follows.of(job);
      },
      most: config.maxBodySize * 1e6,
    }),
    signer,
    deliveries,
    following: follows.active,
    start() {
      guardian.start();
      deliveries.resume().catch((error: unknown) => {
        log.error("webhooks of an earlier run cannot be taken up", { error });
      });
    },
    async stop() {
      await Promise.all([guardian.stop(), deliveries.stop()]);
    },
  };
}
