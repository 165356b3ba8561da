/** What surrounds a command: arguments, environment, output, signals. */

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
