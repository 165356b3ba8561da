/** The release executable and its counterparts, as every measurement starts them. */
import { executable } from "../support/executable.ts";
import { startServer, type Server } from "./process.ts";

export const FAL_KEY = "bench:secret";
export const CLIENT_KEY = "sk-bench";

const FOLDER = import.meta.dir;

/** A gateway in front of the fal at `upstream`. */
export async function startGateway(
  upstream: string,
  options: Record<string, string> = {},
): Promise<Server> {
  const env = {
    FAL_KEY,
    API_KEY: CLIENT_KEY,
    FAL_QUEUE_URL: `${upstream}/queue`,
    FAL_RUN_URL: `${upstream}/run`,
    FAL_REST_URL: `${upstream}/rest`,
    FAL_PLATFORM_URL: `${upstream}/platform`,
    FAL_MEDIA_HOSTS: new URL(upstream).host,
    ...options,
  };
  return startServer([await executable(), "serve"], { env });
}

/** The emulated fal, which takes no time to draw. */
export async function startSandbox(): Promise<Server> {
  const sandbox = await startServer([await executable(), "sandbox"], { path: "/" });
  await fetch(`${sandbox.url}/sandbox/options`, {
    method: "PATCH",
    body: JSON.stringify({ queueTime: 0, runTime: 0, concurrency: 10_000 }),
  });
  return sandbox;
}

/** One of the scripts under `bare/`. */
export function startBare(name: string, env: Record<string, string> = {}): Promise<Server> {
  const limit = { BUN_CONFIG_MAX_HTTP_REQUESTS: "65535" };
  const script = `${FOLDER}/bare/${name}.ts`;
  return startServer([process.execPath, script], { env: { ...limit, ...env } });
}
