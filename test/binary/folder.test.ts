/** What the executable takes from the folder that it is started in, and what it must not. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { OPTIONS } from "../../src/config.ts";
import { executable } from "../support/executable.ts";
import { version } from "../../package.json";

let file: string;
let folder: string;

beforeAll(async () => {
  file = await executable();
  folder = await mkdtemp(join(tmpdir(), "falgate-folder-"));
  await Bun.write(join(folder, "bunfig.toml"), 'preload = ["./stranger.ts"]');
  await Bun.write(join(folder, "stranger.ts"), 'await Bun.write("was-here", "")');
  await Bun.write(join(folder, ".env"), "API_KEY=sk-from-dotenv\n");
});
afterAll(() => rm(folder, { recursive: true }));

function start(...args: string[]) {
  const env = { PATH: process.env.PATH };
  return Bun.spawn([file, ...args], { cwd: folder, env, stdout: "pipe", stderr: "pipe" });
}

async function run(...args: string[]) {
  const child = start(...args);
  const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
  return { status: await child.exited, out, err };
}

test("--version and --help speak for the build", async () => {
  expect(await run("--version")).toEqual({ status: 0, out: `falgate ${version}\n`, err: "" });
  const { status, out } = await run("--help");
  expect(status).toBe(0);
  expect(OPTIONS.filter(({ flag }) => !out.includes(`--${flag},`))).toEqual([]);
});

test("a bunfig.toml is not obeyed, a .env is read, and the cap on fetches is lifted", async () => {
  const child = start("serve", "--sandbox", "--port", "0");
  try {
    const url = await listening(child.stdout);
    const headers = { authorization: "Bearer sk-from-dotenv" };
    expect((await fetch(`${url}/v1/models`, { headers })).status).toBe(200);
    expect(await Bun.file(join(folder, "was-here")).exists()).toBe(false);
    // The process has replaced itself, and is still the one that was started.
    if (process.platform === "linux") {
      const environment = await readFile(`/proc/${child.pid}/environ`, "utf8");
      expect(environment).toContain("BUN_CONFIG_MAX_HTTP_REQUESTS=65535");
      expect(environment).toContain("BUN_JSC_forceRAMSize=200000000");
    }
    expect(await run("health", "--url", url)).toEqual({ status: 0, out: "", err: "" });
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
    const gone = await run("health", "--url", url);
    expect(gone.status).toBe(1);
    expect(gone.err).toContain("does not answer");
  } finally {
    child.kill("SIGKILL");
  }
});

async function listening(output: ReadableStream<Uint8Array>): Promise<string> {
  let text = "";
  const decoder = new TextDecoder();
  for await (const chunk of output) {
    text += decoder.decode(chunk, { stream: true });
    const port = /"address":"[^"]*:(\d+)"/.exec(text)?.[1];
    if (port) return `http://127.0.0.1:${port}`;
  }
  throw new Error(`it ended: ${text}`);
}
