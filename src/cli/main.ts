/** From arguments to a command: reads flags, prints help and usage errors. */
import { parseArgs } from "node:util";
import { ConfigError, OPTIONS } from "../config.ts";
import { VERSION } from "../version.ts";
import { check } from "./check.ts";
import { health } from "./health.ts";
import { help } from "./help.ts";
import { models } from "./models.ts";
import { openapi } from "./openapi.ts";
import { sandbox } from "./sandbox.ts";
import { serve } from "./serve.ts";

/** The world around a command. */
export interface Shell {
  /** Without the executable's own name. */
  args: readonly string[];
  env: Record<string, string | undefined>;
  /** Whether standard output is a terminal. */
  terminal: boolean;
  out(text: string): void;
  err(text: string): void;
  onSignal(handler: (signal: string) => void): void;
}

export type Flags = Record<string, string | boolean | undefined>;

export interface Invocation extends Shell {
  flags: Flags;
  /** What follows the command's name. */
  operands: readonly string[];
}

/** Resolves to the exit status. */
export type Command = (invocation: Invocation) => Promise<number>;

const COMMANDS: Readonly<Record<string, Command>> = {
  serve,
  sandbox,
  check,
  models,
  openapi,
  health,
};

/** Flags that are no configuration. */
const OWN = {
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "v" },
  sandbox: { type: "boolean" },
  config: { type: "string" },
  url: { type: "string" },
} as const;

export async function main(shell: Shell): Promise<number> {
  try {
    const { values, positionals } = parseArgs({
      args: [...shell.args],
      allowPositionals: true,
      options: { ...configFlags(), ...OWN },
    });
    const [name = "serve", ...operands] = positionals;
    if (values.version) return print(shell, `falgate ${VERSION}\n`);
    if (values.help || name === "help") return print(shell, help());
    const command = COMMANDS[name];
    if (!command) {
      shell.err(`falgate: there is no command "${name}". Try: falgate --help\n`);
      return 2;
    }
    return await command({ ...shell, flags: values as Flags, operands });
  } catch (error) {
    if (error instanceof ConfigError) return complain(shell, error.message, 1);
    if (isUsage(error)) return complain(shell, error.message, 2);
    throw error;
  }
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

const isUsage = (error: unknown): error is Error =>
  error instanceof Error && String((error as { code?: unknown }).code).startsWith("ERR_PARSE_ARGS");
