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

/** `data`: where an earlier start has left its database; a new one, where it is left out. */
async function startOnce(command: readonly string[], data?: string): Promise<Start> {
  const env: Record<string, string> = { FAL_KEY: "bench:secret", API_KEY: "sk-bench" };
  if (data !== undefined) env.DATA_DIR = data;
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
    const data = join(folder, "data");
    await startOnce([file, "serve"], data);
    const first: Start[] = [];
    const again: Start[] = [];
    const theirs: Start[] = [];
    for (let round = 0; round < STARTS; round++) {
      first.push(await startOnce([file, "serve"]));
      again.push(await startOnce([file, "serve"], data));
      theirs.push(await startOnce([bare]));
    }
    const row = (name: string, ours: Start[], what: keyof Start) => ({
      name,
      falgate: figure(ours.map((start) => start[what])),
      bare: figure(theirs.map((start) => start[what])),
      against: "an executable with an empty Bun.serve",
    });
    return [
      { ...row("Start to first answer", again, "started"), unit: "ms", target: 50 },
      { ...row("The same, and a new database", first, "started"), unit: "ms", target: 50 },
      { ...row("Resident memory at rest", again, "memory"), unit: "MB", target: 80 },
    ];
  } finally {
    await rm(folder, { recursive: true });
  }
}
