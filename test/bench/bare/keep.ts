/** Fetches `TARGET` onto the disk, a piece at a time, whatever is asked: the least that keeping a file takes. */
import { open } from "node:fs/promises";
import { join } from "node:path";

Bun.serve({
  port: Number(process.env.PORT),
  hostname: "127.0.0.1",
  idleTimeout: 0,
  async fetch({ url }) {
    if (new URL(url).pathname !== "/keep") return new Response("ok");
    const file = await open(join(process.env.DATA_DIR!, "kept"), "w");
    for await (const piece of (await fetch(process.env.TARGET!)).body!) await file.writeFile(piece);
    await file.sync();
    await file.close();
    return new Response("kept");
  },
});

export {};
