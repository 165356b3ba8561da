/** Servers under measurement, each in a process of its own, and what the kernel says of them. */
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Server extends AsyncDisposable {
  url: string;
  pid: number;
  /** From the start of the process to its first answer, in ms. */
  started: number;
}

/** A port that is free now. */
export function freePort(): number {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response() });
  const { port } = server;
  void server.stop(true);
  return port!;
}

export interface ServerOptions {
  env?: Record<string, string>;
  path?: string;
  port?: number;
}

/** Starts a server that listens on `PORT`, a free one, and waits until `path` is answered. */
export async function startServer(
  command: readonly string[],
  { env = {}, path = "/healthz", port = freePort() }: ServerOptions = {},
): Promise<Server> {
  const url = `http://127.0.0.1:${port}`;
  const folder = mkdtempSync(join(tmpdir(), "falgate-bench-"));
  const before = performance.now();
  const child = Bun.spawn([...command], {
    env: {
      PATH: process.env.PATH,
      PORT: String(port),
      HOST: "127.0.0.1",
      NODE_ENV: "production",
      DATA_DIR: folder,
      ...env,
    },
    // The runtime looks through the folder that it is started in: one that holds nothing yet.
    cwd: folder,
    stdout: "ignore",
    stderr: "inherit",
  });
  await answered(url + path, child);
  return {
    url,
    pid: child.pid,
    started: performance.now() - before,
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answered(url: string, child: Bun.Subprocess): Promise<void> {
  const end = performance.now() + 10_000;
  while (performance.now() < end && child.exitCode === null) {
    const response = await fetch(url).catch(() => undefined);
    await response?.arrayBuffer();
    if (response) return;
    // Half a millisecond: fine enough for the figure, coarse enough to leave it the processor.
    await Bun.sleep(0.5);
  }
  throw new Error(`${url} did not answer`);
}

const TICKS_PER_SECOND = 100;

/** Processor time of a process so far, its own and the kernel's for it, in seconds. */
export async function processorTime(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  // The name may hold blanks; what follows it does not.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MB: now, and at its most. */
export const residentMemory = (pid: number) => memory(pid, "VmRSS");
export const peakMemory = (pid: number) => memory(pid, "VmHWM");

async function memory(pid: number, name: string): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1]) / 1000;
}
