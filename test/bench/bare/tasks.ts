/** Durable tasks over two bare routes: what they cost without the routes that clients use. */
import { createGateway } from "../../../src/cli/gateway.ts";
import { loadConfig } from "../../../src/config.ts";
import type { NewTask } from "../../../src/generation/task.ts";
import { createLog } from "../../../src/log.ts";
import { openDatabase } from "../../../src/store/database.ts";
import { createTaskStore } from "../../../src/store/tasks/tasks.ts";

const config = loadConfig({ env: process.env });
const log = createLog({ level: "warn", format: "json", write: (line) => void console.error(line) });
const database = await openDatabase({ dir: config.dataDir!, log });
const { tasks, start } = createGateway(config, log, false, {
  taskStore: createTaskStore({ database }),
});

Bun.serve({
  port: config.port,
  hostname: "127.0.0.1",
  routes: {
    "/healthz": new Response("ok"),
    "/tasks": {
      POST: async (request) => Response.json(await tasks.create((await request.json()) as NewTask)),
    },
    "/tasks/:id": {
      GET: async ({ params }) => Response.json(await tasks.find("anna", params.id)),
    },
  },
});
start();
