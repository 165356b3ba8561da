/** A program killed in the middle of its writing: what it had flushed is there. */
import { afterAll, describe, expect, test } from "bun:test";
import { join } from "node:path";
import { silent } from "../../src/log.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import { createRequests } from "../../src/store/requests.ts";
import { engines, tidy } from "./support.ts";

afterAll(tidy);

const WRITER = join(import.meta.dir, "writer.ts");

/** Runs it until it has said so many lines, kills it, and answers with the last line. */
async function killed(args: readonly string[], lines: number): Promise<number> {
  const child = Bun.spawn([process.execPath, WRITER, ...args], {
    stdout: "pipe",
    stderr: "inherit",
  });
  let said = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    said += chunk;
    if (said.split("\n").length > lines) child.kill("SIGKILL");
  }
  await child.exited;
  expect(child.signalCode).toBe("SIGKILL");
  const whole = said.slice(0, said.lastIndexOf("\n"));
  return Number(whole.slice(whole.lastIndexOf("\n") + 1));
}

describe.each([...engines])("$name", ({ name, fresh }) => {
  test("kill -9, again and again, loses nothing that was flushed and breaks nothing", async () => {
    const place = await fresh();
    const run = (round: number) =>
      killed([JSON.stringify(place.options), `round${round}`], 3 + 5 * round);
    // Two at the same time, then one in what they left, then another.
    const flushed = await Promise.all([run(0), run(1)]);
    for (const round of [2, 3]) flushed.push(await run(round));
    const database = await place.open();
    if (name === "SQLite") {
      expect([...(await database.sql`pragma integrity_check`)]).toEqual([
        { integrity_check: "ok" },
      ]);
    }
    const writes = createWriteBehind({ database, log: silent });
    const requests = createRequests({ database, writes });
    for (const [round, last] of flushed.entries()) {
      expect(last).toBeGreaterThan(0);
      for (let number = 0; number <= last; number++) {
        const request = await requests.find(`round${round}-${number}`);
        const body = String(number).repeat(number % 500);
        expect(request?.owner).toBe("key-anna");
        expect(request?.result?.body).toBe(number % 3 > 0 ? body : undefined);
      }
    }
    await requests.lose("round0-0");
    expect(await writes.flush()).toBe(0);
    await database.close();
  });
});
