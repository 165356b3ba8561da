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
  write: (line: string) => void;
  now?: () => Date;
}

export function createLog({ level, format, write, now = () => new Date() }: LogOptions): Log {
  const render = format === "json" ? json : pretty;
  const at = (name: Level) =>
    LEVELS.indexOf(name) > LEVELS.indexOf(level)
      ? () => {}
      : (message: string, fields: Fields = {}) => write(render(now(), name, message, fields));
  return { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug") };
}

export const silent: Log = createLog({ level: "error", format: "json", write: () => {} });

function json(time: Date, level: Level, message: string, fields: Fields): string {
  return `${JSON.stringify({ time: time.toISOString(), level, message, ...plain(fields) })}\n`;
}

function pretty(time: Date, level: Level, message: string, fields: Fields): string {
  const pairs = Object.entries(plain(fields))
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${word(value)}`);
  return `${time.toISOString()} ${level.toUpperCase().padEnd(5)} ${message}${pairs.join("")}\n`;
}

/** An error prints as its message and stack, which JSON.stringify would turn into `{}`. */
function plain(fields: Fields): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [
      name,
      value instanceof Error ? (value.stack ?? value.message) : value,
    ]),
  );
}

function word(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? String(value));
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
