/** `falgate health`: whether a gateway answers, as an exit status. */
import { type Config, ConfigError } from "../config.ts";
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
  if (typeof given !== "string") return ownAddress(await settings(invocation));
  if (URL.canParse(given)) return given;
  throw new ConfigError(
    `--url is ${JSON.stringify(given)}, but must be a URL such as http://127.0.0.1:3001`,
  );
}

/** Where the same configuration would listen: on every address, so on this machine's own, too. */
function ownAddress({ host, port }: Config): string {
  const everywhere = /^(0\.0\.0\.0|\[?::\]?)$/.test(host);
  const name = host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
  return `http://${everywhere ? "127.0.0.1" : name}:${port}`;
}
