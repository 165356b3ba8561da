/** `falgate …` as a finished process: what it wrote and how it ended. */
import { executable } from "./executable.ts";

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
    env: { PATH: process.env.PATH, ...env },
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
