/** Durable tasks over an emulated fal and one database, which outlives the process that dies. */
import { gatewayTasks } from "../../../src/cli/tasks.ts";
import { dictionaryOf } from "../../../src/cli/dictionary.ts";
import { loadConfig } from "../../../src/config.ts";
import { createFalKeys } from "../../../src/fal/keys.ts";
import { createLanguage } from "../../../src/fal/language.ts";
import { createQueue } from "../../../src/fal/queue.ts";
import { createStorage } from "../../../src/fal/storage.ts";
import { createTransport } from "../../../src/fal/transport.ts";
import type { NewTask, Task, TaskKind, Tasks } from "../../../src/generation/task.ts";
import { createAttachments } from "../../../src/generation/attachments.ts";
import type { KeepMedia } from "../../../src/generation/tasks/keeping.ts";
import { silent } from "../../../src/log.ts";
import { createWebhooks } from "../../../src/native/webhook.ts";
import type { Sandbox } from "../../../src/sandbox/sandbox.ts";
import type { Database } from "../../../src/store/database.ts";
import { createTaskStore, type TaskStore } from "../../../src/store/tasks/tasks.ts";
import { fastFal } from "../../support/fal.ts";
import { environment } from "../../support/gateway.ts";
import { type Engine, engines } from "../../store/support.ts";

export const OWNER = "key-anna";

/** The smallest picture there is. */
export const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

export interface World {
  fal: Sandbox;
  database: Database;
  store: TaskStore;
  /** A process: its tasks, over the store as it sees it. */
  start(options?: ProcessOptions): Tasks;
  stop(): Promise<void>;
}

export interface ProcessOptions {
  env?: Record<string, string>;
  /** A store of its own belongs to a process that dies, and then stops nothing. */
  store?: TaskStore;
  keep?: KeepMedia;
  /** Milliseconds before each attempt at a callback. */
  schedule?: readonly number[];
}

export async function world(engine: Engine = engines[0]!): Promise<World> {
  const fal = fastFal();
  const database = await (await engine.fresh()).open();
  const store = createTaskStore({ database });
  const started: Tasks[] = [];
  return {
    fal,
    database,
    store,
    start({ env, keep, schedule, ...options } = {}) {
      const config = loadConfig({ env: { ...environment(fal), RECONCILE_TIME: "0", ...env } });
      const keys = createFalKeys(config.falKey);
      const transport = createTransport({ keys, log: silent });
      const storage = createStorage({ transport, url: config.falRestUrl });
      const tasks = gatewayTasks(config, {
        queue: createQueue({ transport, url: config.falQueueUrl }),
        keys,
        language: createLanguage({ transport, url: config.falRunUrl }),
        dictionary: dictionaryOf(config),
        storage,
        attachments: createAttachments(storage),
        webhooks: createWebhooks({ hosts: config.webhookHosts }),
        store: options.store ?? createTaskStore({ database, now: later(started.length) }),
        log: silent,
        ...{ keep, schedule },
      });
      if (!options.store) started.push(tasks);
      return tasks;
    },
    async stop() {
      await Promise.all(started.map((tasks) => tasks.stop()));
      await fal.stop();
      await database.close();
    },
  };
}

/** Each process starts when the leases of the one before have run out. */
const later = (processes: number) => () => Date.now() + (processes + 1) * 60_000;

let count = 0;

type Changes = Partial<Omit<NewTask, "kind" | "request">> & { kind?: TaskKind; request?: object };

/** A video that is asked for, with whatever is different about it. */
export function video({ request, ...changes }: Changes = {}): NewTask {
  return {
    id: `veo3.1-fast:${(count += 1)}`,
    owner: OWNER,
    dialect: "veo",
    kind: "video",
    model: "veo3.1-fast",
    request: { prompt: "a lighthouse", ...request },
    ...changes,
  } as NewTask;
}

export function settled(tasks: Tasks, { id }: Pick<Task, "id">, owner = OWNER): Promise<Task> {
  return tasks.settled(owner, id, AbortSignal.timeout(20_000));
}

export const made = async (tasks: Tasks, task: NewTask): Promise<Task> => {
  await tasks.create(task);
  return settled(tasks, task);
};

/** What fal's queue was asked to make, in order. */
export const submissions = ({ requests }: Sandbox): string[] =>
  requests
    .filter(({ host, method }) => host === "queue" && method === "POST")
    .map(({ path }) => path.slice(1));

/** Waits until something is so; the test's own timeout is the limit. */
export async function until(holds: () => unknown): Promise<void> {
  while (!(await holds())) await Bun.sleep(5);
}
