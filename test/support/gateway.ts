/** A gateway in front of an emulated fal: in this process, over a socket, or as the release binary. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type App, createApp } from "../../src/app.ts";
import { createGateway, type Gateway as Parts, type Shared } from "../../src/cli/gateway.ts";
import { listen, type Listening } from "../../src/cli/listen.ts";
import { loadConfig } from "../../src/config.ts";
import { createLog } from "../../src/log.ts";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { stored } from "./engine.ts";
import { executable } from "./executable.ts";
import { FAL_KEY, fastFal } from "./fal.ts";
import { NOTHING, state } from "./state.ts";

export const CLIENT_KEY = "sk-client";

export interface Gateway {
  /** Base without `/v1`. */
  url: string;
  fal: Sandbox;
  fetch(path: string, init?: RequestInit): Promise<Response>;
  /** Log lines so far. */
  log(): LogLine[];
  stop(): Promise<void>;
}

export interface LogLine extends Record<string, unknown> {
  level: string;
  message: string;
}

export interface Options {
  /** On top of keys and the emulated fal's addresses. */
  env?: Record<string, string>;
  fal?: Sandbox;
  /** Replaces parts; not for the binary. */
  parts?: (parts: Parts) => Partial<Parts>;
  /** What the process around a gateway gives it; not for the binary. */
  shared?: Shared;
}

export type Start = (options?: Options) => Promise<Gateway>;

/** The environment of a gateway in front of that fal. */
export function environment(fal: Sandbox): Record<string, string> {
  return {
    FAL_KEY,
    API_KEY: CLIENT_KEY,
    NODE_ENV: "production",
    LOG_FORMAT: "json",
    FAL_QUEUE_URL: fal.queueUrl,
    FAL_RUN_URL: fal.runUrl,
    FAL_REST_URL: fal.restUrl,
    FAL_PLATFORM_URL: fal.platformUrl,
    // What a test expects of a model must not change while it runs.
    CATALOG_REFRESH: "0",
    FAL_MEDIA_HOSTS: new URL(fal.url).host,
  };
}

export const inProcess: Start = async (options) => {
  const { fal, app, lines, stop } = await assemble(options);
  const url = "http://localhost";
  const fetch: Gateway["fetch"] = async (path, init) => app.handle(new Request(url + path, init));
  return { url, fal, fetch, log: () => read(lines.join("")), stop };
};

/** One in this process, whose parts can be reached. */
export interface Assembled extends Gateway {
  parts: Parts;
}

export const assembled = async (options?: Options): Promise<Assembled> => {
  const { fal, lines, parts, serve, stop } = await assemble(options);
  const server = await serve();
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    fal,
    fetch: (path, init) => fetch(url + path, init),
    log: () => read(lines.join("")),
    parts,
    async stop() {
      parts.realtime.stop();
      await server.stop(true);
      await stop();
    },
  };
};

export const overSocket: Start = assembled;

export interface Running extends Gateway {
  process: Bun.Subprocess;
  /** Everything written so far. */
  output(): string;
}

export async function asBinary({ env, fal = fastFal() }: Options = {}): Promise<Running> {
  const file = await executable();
  const folder = env?.DATA_DIR ? undefined : mkdtempSync(join(tmpdir(), "falgate-data-"));
  const child = Bun.spawn([file, "serve", "--port", "0", "--host", "127.0.0.1"], {
    env: await stored({ PATH: process.env.PATH, DATA_DIR: folder, ...environment(fal), ...env }),
    cwd: "/tmp",
    stdout: "pipe",
    stderr: "pipe",
  });
  let output = "";
  const { promise: listening, resolve, reject } = Promise.withResolvers<string>();
  async function collect(stream: ReadableStream<Uint8Array>) {
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      output += decoder.decode(chunk, { stream: true });
      const address = /"address":"([^"]+)"/.exec(output)?.[1];
      if (address) resolve(`http://${address}`);
    }
  }
  void collect(child.stdout);
  void collect(child.stderr);
  void child.exited.then(() => reject(new Error(`the binary ended: ${output}`)));
  const url = await listening;
  return {
    url,
    fal,
    process: child,
    output: () => output,
    fetch: (path, init) => fetch(url + path, init),
    log: () => read(output),
    async stop() {
      child.kill("SIGKILL");
      await child.exited;
      if (folder) rmSync(folder, { recursive: true, force: true });
      await fal.stop();
    },
  };
}

/** Wherever a table of scenarios has to hold. */
export const PLACES: readonly (readonly [string, Start])[] = [
  ["in process", inProcess],
  ["as the binary", asBinary],
];

async function assemble({ env, fal = fastFal(), parts, shared }: Options = {}) {
  const lines: string[] = [];
  const config = loadConfig({ env: { ...environment(fal), ...env } });
  const log = createLog({
    level: config.debug ? "debug" : config.logLevel,
    format: "json",
    write: (line) => void lines.push(line),
  });
  const { stores, close } = shared?.keyStore ? NOTHING : await state(env?.DATA_DIR, log);
  const gateway = createGateway(config, log, false, { ...stores, ...shared });
  let server: Listening | undefined;
  const app: App = createApp(
    { ...gateway, ...parts?.(gateway) },
    { upgrade: (request, data) => server?.upgrade(request, { data }) ?? false },
  );
  const serve = async () => (server = await listen(app, { port: 0 }, "127.0.0.1"));
  async function stop() {
    await gateway.stop();
    await close();
    await fal.stop();
  }
  return { fal, app, lines, parts: gateway, serve, stop };
}

/** The last line may be on its way still: one of a megabyte comes in pieces. */
function read(text: string): LogLine[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as LogLine);
}
