/** What was typed wrongly, in a sentence: the faults of `parseArgs` in our words. */

import { closest } from "../nearest.ts";

/** The sentence for a fault of the command line; nothing for any other error. `flags`: those there are. */
export function usageFault(error: unknown, flags: readonly string[]): string | undefined {
  const { code, message } = error as { code?: unknown; message?: string };
  if (!String(code).startsWith("ERR_PARSE_ARGS")) return undefined;
  const [, flag] = /'(--?[^\s'=]+)/.exec(message ?? "") ?? [];
  if (!flag) return message;
  if (code === "ERR_PARSE_ARGS_UNKNOWN_OPTION") {
    const near = closest(
      flag,
      flags.map((each) => `--${each}`),
    );
    return `there is no option ${flag}. ${near ? `Did you mean ${near}?` : "Try: falgate --help"}`;
  }
  const switches = message?.includes("does not take an argument");
  return switches ? `${flag} takes no value` : `${flag} needs a value`;
}
