/** `bun run bench`: what falgate costs, as ratios to the least that could do the same, in the same run. */
import { cpus, loadavg } from "node:os";
import { books } from "./books.ts";
import { conversations, crowds } from "./chat.ts";
import { modelLists, pictures } from "./cpu.ts";
import { type Row, table } from "./figures.ts";
import { limits, lookups } from "./keys.ts";
import { completionLag } from "./lag.ts";
import { largeBodies } from "./large.ts";
import { redisLatency, twoProcesses } from "./many.ts";
import { keptFiles } from "./media.ts";
import { relayed } from "./native.ts";
import { atRest } from "./rest.ts";
import { watchedTasks } from "./tasks.ts";

if (process.platform !== "linux") {
  console.error("The bench reads /proc, so it runs on Linux only.");
  process.exit(1);
}

const cores = cpus();
console.log(
  `Bun ${Bun.version}, ${cores.length} × ${cores[0]?.model.trim()}, load ${loadavg()[0]!.toFixed(2)} at the start.\n` +
    "Gateway, upstream and load each in a process of its own, all on this machine and sharing it.\n" +
    "Medians of the rounds (lowest–highest).\n",
);

/** Each can be had alone: `bun run bench media chat`. */
const MEASURES: Readonly<Record<string, readonly (() => Promise<Row[]>)[]>> = {
  rest: [atRest],
  cpu: [modelLists, pictures],
  lag: [completionLag],
  chat: [conversations, crowds],
  tasks: [watchedTasks],
  keys: [lookups, limits, books],
  many: [redisLatency, twoProcesses],
  media: [keptFiles],
  native: [relayed, largeBodies],
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in MEASURES));
if (unknown.length > 0) {
  console.error(
    `No such measure: ${unknown.join(", ")}. There are ${Object.keys(MEASURES).join(", ")}.`,
  );
  process.exit(1);
}

const rows: Row[] = [];
for (const [name, measures] of Object.entries(MEASURES)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  for (const measure of measures) rows.push(...(await measure()));
}
console.log(table(rows));
