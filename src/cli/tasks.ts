/** A gateway's durable tasks, put together from its parts. */
import type { Config } from "../config.ts";
import { toApiError } from "../errors.ts";
import { createHistory } from "../fal/history.ts";
import type { FalKeys } from "../fal/keys.ts";
import type { Language } from "../fal/language.ts";
import { createLook } from "../fal/look.ts";
import { type Purchases, UNCOUNTED } from "../fal/purchase.ts";
import type { Queue } from "../fal/queue.ts";
import type { Storage } from "../fal/storage.ts";
import type { Attachments } from "../generation/attachments.ts";
import type { Tasks } from "../generation/task.ts";
import { createCallbacks } from "../generation/tasks/callbacks.ts";
import { type KeepMedia, passThrough } from "../generation/tasks/keeping.ts";
import type { LinkOf } from "../generation/tasks/neutral.ts";
import { createReconcile } from "../generation/tasks/reconcile.ts";
import { createReferences } from "../generation/tasks/references.ts";
import { derivedSecret } from "../generation/tasks/signing.ts";
import { createTasks, type Discard } from "../generation/tasks/tasks.ts";
import { createVital } from "../generation/tasks/vital.ts";
import type { Log } from "../log.ts";
import type { Dictionary } from "../models/resolve.ts";
import type { Webhooks } from "../native/webhook.ts";
import { openDatabase } from "../store/database.ts";
import { createTaskStore, type TaskStore } from "../store/tasks/tasks.ts";

export interface TaskParts {
  queue: Queue;
  /** Where calls are paid. */
  purchases?: Purchases | undefined;
  keys: FalKeys;
  language: Language;
  dictionary: Dictionary;
  storage: Storage;
  attachments: Attachments;
  webhooks: Webhooks;
  store: TaskStore;
  log: Log;
  keep?: KeepMedia | undefined;
  linkOf?: LinkOf | undefined;
  /** Forgets what was kept of a task that is forgotten. */
  discard?: Discard | undefined;
  /** Milliseconds before each attempt to make a callback. */
  schedule?: readonly number[] | undefined;
}

const DAY_MS = 24 * 60 * 60_000;
/** A fal that is out of reach for so long may be so for a day: the client learns of it. */
const INSIST_MS = 10 * 60_000;

export function gatewayTasks(config: Config, parts: TaskParts): Tasks {
  const { queue, keys, store, storage, webhooks, log, keep = passThrough } = parts;
  const vital = createVital(log);
  const now = Date.now;
  return createTasks({
    ...{ queue, keys, store, log, keep, vital, now },
    discard: parts.discard,
    purchases: parts.purchases ?? UNCOUNTED,
    dictionary: parts.dictionary,
    language: parts.language,
    references: createReferences({
      reachable: parts.attachments.reachable,
      look: createLook({ hosts: [...config.falMediaHosts, ...config.webhookHosts] }),
      upload: (bytes, contentType, signal) => upload(storage, bytes, contentType, signal),
    }),
    callbacks: createCallbacks({
      queue: store.callbacks,
      call: webhooks.call,
      linkOf: parts.linkOf,
      secret: callbackSecret(config),
      schedule: parts.schedule,
      log,
    }),
    judge: webhooks.judge,
    reconcile: createReconcile({
      history: createHistory({ url: config.falPlatformUrl }),
      known: store.calls.known,
      queueUrl: config.falQueueUrl,
      patienceMs: config.reconcileTime * 1000,
      ...{ keys, log },
    }),
    retired: new Map(),
    explain: toApiError,
    insistMs: INSIST_MS,
    retentionMs: config.taskRetention * DAY_MS,
    limits: { most: config.taskCount, maxBytes: config.taskSize * 1e6 },
  });
}

/** The owner's secret, or one that every process with the same fal key comes to. */
export const callbackSecret = ({ callbackSecret: set, falKey }: Config): string =>
  set ?? derivedSecret(falKey[0] ?? "");

async function upload(
  storage: Storage,
  bytes: Uint8Array,
  contentType: string,
  signal: AbortSignal,
): Promise<string> {
  const name = `reference.${contentType.split("/")[1]?.replace(/\W.*$/, "") ?? "bin"}`;
  const file = new Blob([bytes as Uint8Array<ArrayBuffer>], { type: contentType });
  const sent = { bytes: file.stream(), contentType, name };
  return (await storage.upload(sent, signal))!;
}

/** For a gateway that is given none: kept nowhere, and opened when it is first used. */
export function memoryTaskStore(log: Log): TaskStore {
  let opened: Promise<TaskStore> | undefined;
  const open = () =>
    (opened ??= openDatabase({ dir: ":memory:", log }).then((database) =>
      createTaskStore({ database }),
    ));
  /** Every method of the store answers with a promise. */
  const late = <Part extends object>(part: (store: TaskStore) => Part, own: object = {}): Part =>
    new Proxy(own, {
      get: (_, name) =>
        name in own
          ? own[name as keyof object]
          : async (...args: unknown[]) => {
              const methods = part(await open()) as Record<PropertyKey, unknown>;
              return (methods[name] as (...args: unknown[]) => unknown)(...args);
            },
    }) as Part;
  return late((store) => store, {
    calls: late((store) => store.calls),
    callbacks: late((store) => store.callbacks),
    leases: late((store) => store.leases, { lasts: 0 }),
  });
}
