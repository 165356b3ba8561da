/** A gateway in a process of its own that can be killed: tasks are made and asked for over two bare routes. */
import { mkdir, open, rename } from "node:fs/promises";
import { join } from "node:path";
import { createGateway } from "../../src/cli/gateway.ts";
import { loadConfig } from "../../src/config.ts";
import type { NewTask } from "../../src/generation/task.ts";
import type { KeepMedia } from "../../src/generation/tasks/keeping.ts";
import { createLog } from "../../src/log.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createTaskStore } from "../../src/store/tasks/tasks.ts";

const config = loadConfig({ env: process.env });
const dir = config.dataDir!;
const log = createLog({ level: "warn", format: "json", write: (line) => void console.error(line) });
const database = await openDatabase({ url: config.databaseUrl, dir, log });
await mkdir(join(dir, "kept"), { recursive: true });

/** Slow enough to be killed in the middle of; whole under its name or not there. */
const keep: KeepMedia = async (media) => {
  const kept = `${crypto.randomUUID()}.bin`;
  const path = join(dir, "kept", kept);
  const bytes = await (await fetch(media.url)).bytes();
  const file = await open(`${path}.part`, "wx");
  const half = bytes.length >> 1;
  await file.writeFile(bytes.subarray(0, half));
  await Bun.sleep(Math.random() * 600);
  await file.writeFile(bytes.subarray(half));
  await file.sync();
  await file.close();
  await rename(`${path}.part`, path);
  return { ...media, kept };
};

const gateway = createGateway(config, log, false, {
  taskStore: createTaskStore({ database }),
  keep,
});

const server = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  routes: {
    "/tasks": {
      POST: async (request) =>
        Response.json(await gateway.tasks.create((await request.json()) as NewTask)),
    },
    "/tasks/:id": {
      GET: async ({ params }) => Response.json(await gateway.tasks.find("anna", params.id)),
    },
  },
});
gateway.start();
console.log(server.url.href);
process.on("SIGTERM", async () => {
  await server.stop(true);
  await gateway.stop();
  await database.close();
  process.exit(0);
});
