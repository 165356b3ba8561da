/** `bun run bench`: what falgate costs, as ratios to the least that could do the same, in the same run. */
import { cpus, loadavg } from "node:os";
import { conversations, crowds } from "./chat.ts";
import { modelLists, pictures } from "./cpu.ts";
import { type Row, table } from "./figures.ts";
import { completionLag } from "./lag.ts";
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

const rows: Row[] = [];
const measures = [atRest, modelLists, pictures, completionLag, conversations, crowds, watchedTasks];
for (const measure of measures) rows.push(...(await measure()));
console.log(table(rows));
