/** `falgate check`: whether this configuration would work, and what to do if not. */
import { type Config, ConfigError } from "../config.ts";
import { createFalKeys } from "../fal/keys.ts";
import { createProbe, type Verdict } from "../fal/probe.ts";
import { dictionaryOf } from "./dictionary.ts";
import { ownPrices } from "./purchases.ts";
import type { Invocation } from "./shell.ts";
import { settings } from "./settings.ts";
import { callbackSecret } from "./tasks.ts";

const ADVICE: Readonly<Record<Verdict, string>> = {
  ok: "works",
  refused: "is refused: it was revoked or mistyped. Take a new one from fal.ai/dashboard/keys",
  unreachable: "could not be tried: fal cannot be reached from here",
};

export async function check(invocation: Invocation): Promise<number> {
  const { out, flags } = invocation;
  const config = await settings(invocation);
  if (flags["show-callback-secret"]) return showSecret(config, out);
  // Both read what falgate.toml says besides the options.
  const names = dictionaryOf(config).list().length;
  const prices = ownPrices(config).size;
  out("configuration: fine\n");
  out(`models: ${names} names\n`);
  if (prices > 0) out(`prices: ${prices} of your own\n`);
  if (config.apiKey.length === 0) {
    out(
      "API_KEY: not set; without a key of falgate keys create, only this machine will be served\n",
    );
  }
  if (config.falKey.length === 0) {
    out("FAL_KEY: not set. Take a key from fal.ai/dashboard/keys\n");
    return 1;
  }
  if (config.callbackSecret === undefined) {
    out(
      "CALLBACK_SECRET: not set; callbacks are signed with a secret that is derived from FAL_KEY. falgate check --show-callback-secret prints it, for whoever receives them\n",
    );
  }
  const probe = createProbe({ url: config.falQueueUrl });
  const keys = createFalKeys(config.falKey).all;
  const verdicts = await Promise.all(keys.map(probe));
  for (const [index, { name }] of keys.entries()) out(`${name}: ${ADVICE[verdicts[index]!]}\n`);
  return verdicts.every((verdict) => verdict === "ok") ? 0 : 1;
}

/** The secret alone, for a pipe: it is printed nowhere else. */
function showSecret(config: Config, out: Invocation["out"]): number {
  if (config.callbackSecret === undefined && config.falKey.length === 0) {
    throw new ConfigError(
      "there is no secret of callbacks: set CALLBACK_SECRET, or FAL_KEY, from which one is derived",
    );
  }
  out(`${callbackSecret(config)}\n`);
  return 0;
}
