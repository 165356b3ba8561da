/** `falgate …` as a finished process: what it wrote and how it ended. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stored } from "./engine.ts";
import { executable } from "./executable.ts";

/** What the commands of one run keep: never in a folder that others use too. */
const DATA_DIR = mkdtempSync(join(tmpdir(), "falgate-data-"));

export interface Ended {
  status: number;
  out: string;
  err: string;
}

/** Runs the executable in an environment of its own. */
export async function falgate(
  args: readonly string[],
  { env = {}, cwd = "/tmp" }: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ended> {
  const child = Bun.spawn([await executable(), ...args], {
    env: await stored({ PATH: process.env.PATH, DATA_DIR, ...env }),
    cwd,
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, status] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { status, out, err };
}
