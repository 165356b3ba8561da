/** Everything a gateway is made of, put together from its configuration. */
import type { Config } from "../config.ts";
import { createFalKeys } from "../fal/keys.ts";
import { createLanguage } from "../fal/language.ts";
import { createMediaSource } from "../fal/media.ts";
import { createPlatform } from "../fal/platform.ts";
import { createProbe, type Verdict } from "../fal/probe.ts";
import { createPass } from "../fal/pass.ts";
import { createQueue } from "../fal/queue.ts";
import { createStreams } from "../fal/stream.ts";
import { createStorage } from "../fal/storage.ts";
import { createTransport } from "../fal/transport.ts";
import { createAttachments } from "../generation/attachments.ts";
import { createGenerations } from "../generation/generations.ts";
import { createKeep } from "../generation/keep.ts";
import { createOrigin } from "../http/origin.ts";
import { createTrust } from "../http/trust.ts";
import type { Log } from "../log.ts";
import type { Deliveries } from "../native/delivery.ts";
import { createWebhooks } from "../native/webhook.ts";
import type { KeepMedia } from "../generation/tasks/keeping.ts";
import type { Deps } from "../routes/deps.ts";
import type { Counters } from "../store/counters/counters.ts";
import { createMemoryCounters } from "../store/counters/memory.ts";
import type { KeyStore } from "../store/keys/keys.ts";
import type { MediaStore } from "../store/media/media.ts";
import type { Requests } from "../store/requests.ts";
import type { TaskStore } from "../store/tasks/tasks.ts";
import type { UsageStore } from "../store/usage/usage.ts";
import { VERSION } from "../version.ts";
import { createAccounts, memoryKeys } from "./accounts.ts";
import { dictionaryOf, learning } from "./dictionary.ts";
import { createFreshness } from "./freshness.ts";
import { keptMedia, mediaStoreOf, sweeping } from "./media.ts";
import { gatewayNative } from "./native.ts";
import { gatewayPurchases, memoryUsage } from "./purchases.ts";
import { memoryRequests } from "./requests.ts";
import { permittedTasks } from "./permitted-tasks.ts";
import { gatewayTasks, memoryTaskStore } from "./tasks.ts";

export interface Gateway extends Deps {
  /** Generations under way, whether or not anyone waits. */
  running(): number;
  /** Requests of fal's own API that are being watched. */
  following(): number;
  deliveries: Deliveries;
  /** Learns who may call and what their budgets hold: before that, nobody may be let in. */
  prepare(): Promise<void>;
  /** Takes up what an earlier process left: tasks and requests to follow, webhooks to call. */
  start(): void;
  /** Ends what goes on in the background. What is left is taken up at the next start. */
  stop(): Promise<void>;
}

/** What comes from outside: the store, and the server that the gateway stands in. */
export interface Shared {
  requests?: Requests;
  /** Whether the database answers. */
  storeReady?(): Promise<boolean>;
  taskStore?: TaskStore;
  /** Client keys beside those of `API_KEY`. */
  keyStore?: KeyStore;
  /** What is counted across calls; by default, in this process alone. */
  counters?: Counters;
  /** Where what was made is kept, in place of what the configuration says. */
  mediaStore?: MediaStore | undefined;
  /** Keeps what a task made, in place of the media store. */
  keep?: KeepMedia;
  /** Where what fal says of its models is kept; nowhere, when it is left out. */
  folder?: string;
  /** Milliseconds before each attempt to call a webhook. */
  schedule?: readonly number[];
  /** Milliseconds between two looks at what is pending. */
  guardMs?: number;
  /** What calls have cost. */
  usage?: UsageStore;
  /** The address that a request came from. */
  addressOf?(request: Request): string | undefined;
}

/** `anonymous`: a caller without a key is let in. */
export function createGateway(
  config: Config,
  log: Log,
  anonymous: boolean,
  {
    requests: stored = memoryRequests(log),
    storeReady = async () => true,
    taskStore = memoryTaskStore(log),
    keyStore = memoryKeys(log),
    counters = createMemoryCounters(),
    usage = memoryUsage(log),
    mediaStore = mediaStoreOf(config),
    addressOf = () => undefined,
    ...shared
  }: Shared = {},
): Gateway {
  const keys = createFalKeys(config.falKey);
  const transport = createTransport({ keys, log });
  const queue = createQueue({ transport, url: config.falQueueUrl });
  const probe = createProbe({ url: config.falQueueUrl });
  const pass = createPass({ keys, log });
  const catalog = learning(shared.folder);
  const dictionary = dictionaryOf(config, catalog);
  const everyMs = config.catalogRefresh * HOUR_MS;
  const platform = createPlatform({ url: config.falPlatformUrl, key: config.falKey[0] });
  const freshness = createFreshness({
    ...{ platform, catalog, folder: shared.folder, log, everyMs },
  });
  const accounts = createAccounts(config, { counters, keyStore, anonymous, log });
  const { till: purchases, auditor } = gatewayPurchases(config, {
    ...{ counters, usage, catalog, platform, pass, keys, log },
    keyring: accounts.keyring,
    auditMs: shared.guardMs,
  });
  const ending = new AbortController();
  const webhooks = createWebhooks({ hosts: config.webhookHosts, signal: ending.signal });
  const { schedule, guardMs: intervalMs } = shared;
  const native = gatewayNative(config, {
    ...{ keys, pass, queue, purchases, webhooks, stored, log, schedule, intervalMs },
  });
  const streams = createStreams({ transport, url: config.falRunUrl });
  const media = createMediaSource({ hosts: config.falMediaHosts });
  const storage = createStorage({ transport, url: config.falRestUrl });
  const attachments = createAttachments(storage, { mediaStore });
  const generations = createGenerations({
    ...{ streams, queue, purchases },
    policy: config.cancelOnDisconnect,
    keep: mediaStore && createKeep(media, mediaStore),
    log,
  });
  const trust = createTrust({ trusted: config.trustedProxies, addressOf });
  const language = createLanguage({ transport, url: config.falRunUrl });
  const allTasks = gatewayTasks(config, {
    ...{ queue, purchases, keys, language, dictionary, storage, attachments, webhooks, log },
    schedule,
    ...{ store: taskStore, ...(mediaStore ? keptMedia(media, mediaStore) : {}) },
    ...(shared.keep ? { keep: shared.keep } : {}),
  });
  const tasks = permittedTasks(allTasks, accounts.keyring, dictionary);
  let sweeper: Timer | undefined;
  return {
    config,
    log,
    accounts,
    dictionary,
    purchases,
    usage,
    generations,
    tasks,
    ...native,
    storage,
    attachments,
    originOf: createOrigin({ publicUrl: config.publicUrl, trust }),
    clientOf: trust.clientOf,
    language,
    media,
    mediaStore,
    probe: () => anyOf(keys.all.map(probe)),
    storeReady,
    version: VERSION,
    running: generations.running,
    async prepare() {
      await accounts.keyring.refresh();
      await auditor.prepare();
    },
    start() {
      accounts.start();
      auditor.start();
      if (mediaStore) sweeper = sweeping(mediaStore, config, log);
      if (everyMs > 0) freshness.start();
      native.start();
      tasks.resume().catch((error: unknown) => {
        log.error("tasks of an earlier run cannot be taken up", { error });
      });
    },
    async stop() {
      ending.abort();
      accounts.stop();
      clearInterval(sweeper);
      freshness.stop();
      await Promise.all([native.stop(), tasks.stop(), auditor.stop()]);
    },
  };
}

const HOUR_MS = 60 * 60_000;

/** One good key is enough; a refusal says more than silence. */
async function anyOf(verdicts: readonly Promise<Verdict>[]): Promise<Verdict> {
  const known = await Promise.all(verdicts);
  return known.find((v) => v === "ok") ?? known.find((v) => v === "refused") ?? "unreachable";
}
