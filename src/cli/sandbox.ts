/** `falgate sandbox`: the emulated fal alone. */
import { ConfigError } from "../config.ts";
import { createSandbox } from "../sandbox/sandbox.ts";
import type { Invocation } from "./shell.ts";

const PORT = 4100;

export async function sandbox({ flags, env, out, onSignal }: Invocation): Promise<number> {
  const given = flags.port ?? env.PORT ?? String(PORT);
  const port = Number(given);
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    const named = flags.port === undefined ? "PORT" : "--port";
    throw new ConfigError(`${named} is "${given}", but must be a whole number from 0 to 65535`);
  }
  const hostname = typeof flags.host === "string" ? flags.host : env.HOST;
  const emulated = open({ port, ...(hostname ? { hostname } : {}) });
  out(`The emulated fal is at ${emulated.url}. Point falgate at it, or any fal software:

  FAL_KEY=any:key
  FAL_QUEUE_URL=${emulated.queueUrl}
  FAL_RUN_URL=${emulated.runUrl}
  FAL_REST_URL=${emulated.restUrl}
  FAL_PLATFORM_URL=${emulated.platformUrl}
  FAL_MEDIA_HOSTS=${new URL(emulated.url).host}

How to ask it for errors and delays: ${emulated.url}/
`);
  await new Promise<string>(onSignal);
  await emulated.stop();
  return 0;
}

function open(options: { port: number; hostname?: string }) {
  try {
    return createSandbox(options);
  } catch (error) {
    if ((error as { code?: string }).code !== "EADDRINUSE") throw error;
    throw new ConfigError(
      `PORT ${options.port} is taken. Choose another: falgate sandbox --port ${options.port + 1}`,
    );
  }
}
