/** Levelled log lines, for a person at a terminal or as JSON for a machine. */

export const LEVELS = ["error", "warn", "info", "debug"] as const;
export type Level = (typeof LEVELS)[number];
export type Fields = Record<string, unknown>;

/** Callers never pass keys, and pass prompts or bodies only to `debug`. */
export interface Log {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
}

export interface LogOptions {
  level: Level;
  format: "pretty" | "json";
  /** Whether an error is written with its stack, for whoever develops falgate. */
  stacks?: boolean;
  write: (line: string) => void;
  now?: () => Date;
}

export function createLog(options: LogOptions): Log {
  const { level, format, stacks = false, write, now = () => new Date() } = options;
  const render = format === "json" ? json : pretty;
  const at = (name: Level) =>
    LEVELS.indexOf(name) > LEVELS.indexOf(level)
      ? () => {}
      : (message: string, fields: Fields = {}) =>
          write(render(now(), name, message, plain(fields, stacks)));
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

export const silent: Log = createLog({ level: "error", format: "json", write: () => {} });

function json(time: Date, level: Level, message: string, fields: Fields): string {
  return `${JSON.stringify({ time: time.toISOString(), level, message, ...fields })}\n`;
}

function pretty(time: Date, level: Level, message: string, fields: Fields): string {
  const pairs = Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${word(value)}`);
  return `${time.toISOString()} ${level.toUpperCase().padEnd(5)} ${message}${pairs.join("")}\n`;
}

/** An error prints as words, which JSON.stringify would turn into `{}`. */
function plain(fields: Fields, stacks: boolean): Fields {
  const plain: Fields = {};
  for (const name in fields) {
    const value = fields[name];
    plain[name] = value instanceof Error ? told(value, stacks) : value;
  }
  return plain;
}

function told(error: Error, stacks: boolean): string {
  if (stacks && error.stack) return error.stack;
  const cause = error.cause instanceof Error ? ` (${told(error.cause, false)})` : "";
  return `${error.name}: ${error.message}${cause}`;
}

function word(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
