/** Starting, and doing nothing: time to the first answer, memory at rest. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { executable } from "../support/executable.ts";
import { figure, type Row } from "./figures.ts";
import { residentMemory, startServer } from "./process.ts";

const STARTS = 15;
const REST_MS = 500;

interface Start {
  started: number;
  memory: number;
}

async function startOnce(command: readonly string[]): Promise<Start> {
  const env = { FAL_KEY: "bench:secret", API_KEY: "sk-bench" };
  await using server = await startServer(command, { env });
  const { started, pid, url } = server;
  await fetch(`${url}/v1/models`, { headers: { authorization: "Bearer sk-bench" } });
  await Bun.sleep(REST_MS);
  return { started, memory: await residentMemory(pid) };
}

export async function atRest(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), "falgate-bench-"));
  try {
    const bare = join(folder, "bare");
    await Bun.build({
      entrypoints: [`${import.meta.dir}/bare/server.ts`],
      bytecode: true,
      format: "esm",
      compile: { outfile: bare, autoloadBunfig: false },
    });
    const file = await executable();
    const ours: Start[] = [];
    const theirs: Start[] = [];
    for (let round = 0; round < STARTS; round++) {
      ours.push(await startOnce([file, "serve"]));
      theirs.push(await startOnce([bare]));
    }
    const of = (starts: Start[], what: keyof Start) => figure(starts.map((start) => start[what]));
    const against = "an executable with an empty Bun.serve";
    return (["started", "memory"] as const).map((what) => ({
      name: what === "started" ? "Start to first answer" : "Resident memory at rest",
      unit: what === "started" ? "ms" : "MB",
      falgate: of(ours, what),
      bare: of(theirs, what),
      against,
      target: what === "started" ? 50 : 80,
    }));
  } finally {
    await rm(folder, { recursive: true });
  }
}
