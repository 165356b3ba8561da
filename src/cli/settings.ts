/** The configuration of a command: flags, environment and falgate.toml together. */
import { type Config, ConfigError, loadConfig } from "../config.ts";
import type { Invocation } from "./shell.ts";

const FILE = "falgate.toml";

/** Reads `falgate.toml` in the current folder, or the file that `--config` names. */
export async function settings({ flags, env }: Pick<Invocation, "flags" | "env">): Promise<Config> {
  const named = typeof flags.config === "string" ? flags.config : undefined;
  return loadConfig({ flags, env, file: await readFile(named) });
}

async function readFile(named: string | undefined): Promise<Record<string, unknown>> {
  const file = Bun.file(named ?? FILE);
  if (!(await file.exists())) {
    if (named)
      throw new ConfigError(`--config is ${JSON.stringify(named)}, but there is no such file`);
    return {};
  }
  try {
    return Bun.TOML.parse(await file.text()) as Record<string, unknown>;
  } catch (error) {
    throw new ConfigError(`${named ?? FILE} is not valid TOML: ${(error as Error).message}`);
  }
}
