/** `falgate health`: whether a gateway answers, as an exit status. */
import { ConfigError } from "../config.ts";
import type { Invocation } from "./shell.ts";
import { settings } from "./settings.ts";

const PATIENCE_MS = 5000;

export async function health(invocation: Invocation): Promise<number> {
  const { flags, err } = invocation;
  const url = new URL("/healthz", await base(invocation, flags.url));
  try {
    const { ok, status } = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (ok) return 0;
    err(`falgate: ${url} answered ${status}\n`);
  } catch (error) {
    err(`falgate: ${url} does not answer: ${(error as Error).message}\n`);
  }
  return 1;
}

async function base(invocation: Invocation, given: unknown): Promise<string> {
  if (typeof given !== "string") return `http://127.0.0.1:${(await settings(invocation)).port}`;
  if (URL.canParse(given)) return given;
  throw new ConfigError(
    `--url is ${JSON.stringify(given)}, but must be a URL such as http://127.0.0.1:3001`,
  );
}
