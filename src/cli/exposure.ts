/** Whom a gateway serves: everybody with a key, or this machine alone. */
import { type Config, ConfigError, ConfigSchema } from "../config.ts";
import type { Invocation } from "./shell.ts";

export interface Exposure {
  hostname: string;
  /** A caller without a key is let in, as long as there is no key. */
  anonymous: boolean;
}

/**
 * Without any client key only this machine is served, unless the owner says otherwise. `stored`: there
 * are keys beside those of `API_KEY`, or there were.
 */
export function exposure(
  config: Config,
  { flags, env }: Pick<Invocation, "flags" | "env">,
  stored: boolean,
): Exposure {
  const loopback = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/.test(config.host);
  const keyless = config.apiKey.length === 0 && !stored;
  if (!keyless || config.allowAnonymous || loopback) {
    return { hostname: config.host, anonymous: keyless };
  }
  const chosen = flags.host ?? env.HOST ?? config.host !== ConfigSchema.properties.host.default;
  if (chosen) {
    throw new ConfigError(
      `HOST is "${config.host}", but there is no client key: anyone could spend the fal balance. Set API_KEY, make one with falgate keys create, or set ALLOW_ANONYMOUS=true`,
    );
  }
  return { hostname: "127.0.0.1", anonymous: true };
}
