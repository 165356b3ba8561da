/** From arguments to a command: reads flags, prints help and usage errors. */
import { parseArgs } from "node:util";
import { ConfigError, OPTIONS } from "../config.ts";
import { closest } from "../nearest.ts";
import { VERSION } from "../version.ts";
import { commandHelp } from "./command-help.ts";
import { help } from "./help.ts";
import { KEY_FLAGS } from "./key-flags.ts";
import type { Command, Flags, Shell } from "./shell.ts";
import { usageFault } from "./usage.ts";

/** Each is read only when it is asked for: an emulated fal is none of a gateway's business. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import("./serve.ts")).serve,
  sandbox: async () => (await import("./sandbox.ts")).sandbox,
  keys: async () => (await import("./keys.ts")).keys,
  check: async () => (await import("./check.ts")).check,
  models: async () => (await import("./models.ts")).models,
  openapi: async () => (await import("./openapi.ts")).openapi,
  health: async () => (await import("./health.ts")).health,
};

/** Flags that are no configuration. */
const OWN = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
  sandbox: { type: "boolean" },
  config: { type: "string" },
  url: { type: "string" },
} as const;

/** Commands that more words than their name may follow. */
const WORDY: ReadonlySet<string> = new Set(["keys", "models"]);

/** Flags of one command alone. */
const CHECK_FLAGS = { "show-callback-secret": { type: "boolean" } } as const;
const OF_COMMAND: Readonly<Record<string, object>> = { keys: KEY_FLAGS, check: CHECK_FLAGS };

export async function main(shell: Shell): Promise<number> {
  const options = { ...configFlags(), ...OWN, ...KEY_FLAGS, ...CHECK_FLAGS };
  try {
    const { values, positionals } = parseArgs({
      args: joined(shell.args),
      allowPositionals: true,
      options,
    });
    const [name = "serve", ...operands] = positionals;
    if (values.version) return print(shell, `falgate ${VERSION}\n`);
    if (name === "help") return print(shell, helpOn(operands[0]));
    if (values.help) return print(shell, helpOn(name));
    const command = COMMANDS[name];
    if (!command) {
      const near = closest(name, Object.keys(COMMANDS));
      const hint = near ? `Did you mean ${near}?` : "Try: falgate --help";
      return complain(shell, `there is no command "${name}". ${hint}`, 2);
    }
    for (const [owner, flags] of Object.entries(OF_COMMAND)) {
      const foreign =
        owner === name ? undefined : Object.keys(flags).find((flag) => flag in values);
      if (foreign) return complain(shell, `--${foreign} belongs to falgate ${owner}`, 2);
    }
    if (operands.length > 0 && !WORDY.has(name)) {
      const message = `falgate ${name} takes no "${operands[0]}". Try: falgate ${name} --help`;
      return complain(shell, message, 2);
    }
    const run = await command();
    return await run({ ...shell, flags: values as Flags, operands });
  } catch (error) {
    if (error instanceof ConfigError) return complain(shell, error.message, 1);
    const fault = usageFault(error, Object.keys(options));
    if (fault !== undefined) return complain(shell, fault, 2);
    throw error;
  }
}

const helpOn = (command = "serve") => commandHelp(command) ?? help();

/** A value that begins with a minus sign would be taken for a flag: `--budget -5usd`. */
function joined(args: readonly string[]): string[] {
  return args.reduce<string[]>((all, arg) => {
    const flag = all.at(-1);
    if (!/^-\d/.test(arg) || !flag || !/^--[a-z-]+$/.test(flag)) return [...all, arg];
    return [...all.slice(0, -1), `${flag}=${arg}`];
  }, []);
}

/** `--port 3001` for every option; switches take no value. */
function configFlags() {
  return Object.fromEntries(
    OPTIONS.map(({ flag, schema }) => [
      flag,
      { type: schema.type === "boolean" ? ("boolean" as const) : ("string" as const) },
    ]),
  );
}

function print(shell: Shell, text: string): number {
  shell.out(text);
  return 0;
}

function complain(shell: Shell, message: string, status: number): number {
  shell.err(`falgate: ${message}\n`);
  return status;
}
