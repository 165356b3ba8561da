/** Every option falgate has: one schema that parses flags, environment and file, and prints itself. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { access } from "./config/access.ts";
import { answers } from "./config/answers.ts";
import { fal } from "./config/fal.ts";
import type { Meta } from "./config/option.ts";
import { server } from "./config/server.ts";
import { state } from "./config/state.ts";
import { closest } from "./nearest.ts";

export const ConfigSchema = Type.Object({ ...access, ...server, ...answers, ...state, ...fal });

export type Config = Readonly<Static<typeof ConfigSchema>> & {
  /** `[models]` of falgate.toml: alias to endpoint, or to a table of its settings. */
  readonly models: Readonly<Record<string, unknown>>;
  /** `[prices]`: fal's endpoint id to dollars for one unit, or to a table with the unit. */
  readonly prices: Readonly<Record<string, unknown>>;
};

/** A start that cannot be: one line for a person, never holding a secret. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
}

export interface Sources {
  flags?: Record<string, string | boolean | undefined>;
  env?: Record<string, string | undefined>;
  /** A parsed falgate.toml. */
  file?: Record<string, unknown>;
}

export interface Option extends Meta {
  name: keyof Static<typeof ConfigSchema>;
  /** `MAX_BODY_SIZE`, own name first, then the aliases. */
  variables: readonly string[];
  flag: string;
  schema: TSchema;
}

const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** The schema as a list, in the order in which it is shown. */
export const OPTIONS: readonly Option[] = Object.entries(ConfigSchema.properties).map(
  ([name, schema]: [string, TSchema]) => ({
    ...(schema as unknown as Meta),
    name: name as Option["name"],
    variables: [name, ...((schema.aliases as string[]) ?? [])].map((n) => snake(n).toUpperCase()),
    flag: snake(name).replaceAll("_", "-"),
    schema,
  }),
);

/** Flags win over the environment, the environment over the file, the file over the defaults. */
export function loadConfig({ flags = {}, env = {}, file = {} }: Sources): Config {
  const known = new Set(OPTIONS.flatMap(({ variables }) => variables.map((v) => v.toLowerCase())));
  for (const key of Object.keys(file)) {
    if (key !== "models" && key !== "prices" && !known.has(key)) {
      const near = closest(key, [...known]);
      const hint = near === undefined ? "" : `. Did you mean ${near}?`;
      throw new ConfigError(`falgate.toml: there is no option "${key}"${hint}`);
    }
  }
  const values = OPTIONS.map((option) => [option.name, read(option, flags, env, file)] as const);
  const models = table(file, "models", 'fast = "fal-ai/…"');
  const prices = table(file, "prices", '"fal-ai/flux/dev" = 0.03');
  const config = Object.fromEntries(values.filter(([, value]) => value !== undefined));
  return Object.freeze({ ...config, models, prices }) as Config;
}

/** A table of the file that is no option. */
function table(file: Record<string, unknown>, name: string, example: string): object {
  const value = file[name] ?? {};
  if (typeof value === "object" && !Array.isArray(value)) return value;
  throw new ConfigError(`falgate.toml: [${name}] must be a table such as ${example}`);
}

function read(
  option: Option,
  flags: NonNullable<Sources["flags"]>,
  env: NonNullable<Sources["env"]>,
  file: NonNullable<Sources["file"]>,
): unknown {
  const found = [
    { source: `--${option.flag}`, raw: flags[option.flag] },
    ...option.variables.map((name) => ({ source: name, raw: env[name] })),
    ...option.variables.map((name) => ({
      source: `${name.toLowerCase()} in falgate.toml`,
      raw: file[name.toLowerCase()],
    })),
  ].find(({ raw }) => raw !== undefined && raw !== "");
  if (!found) return option.schema.default;
  const value = convert(option.schema, found.raw);
  if (Value.Check(option.schema, value)) return value;
  const shown = option.secret ? "" : ` is ${JSON.stringify(found.raw)}, but`;
  throw new ConfigError(`${found.source}${shown} must be ${expectation(option)}`);
}

/** Text becomes what the schema asks for; what cannot be converted is left for the check to refuse. */
function convert(schema: TSchema, raw: unknown): unknown {
  if (typeof raw !== "string") {
    return schema.type === "array" && !Array.isArray(raw) ? [raw] : raw;
  }
  const text = raw.trim();
  if (schema.type === "array") {
    return text
      .split(",")
      .map((item) => item.trim())
      .filter((item) => item !== "");
  }
  if (schema.type === "boolean") return BOOLEANS[text.toLowerCase()] ?? text;
  if (schema.type === "integer" || schema.type === "number") {
    return /^-?[0-9]+(\.[0-9]+)?$/.test(text) ? Number(text) : text;
  }
  return schema.enum ? text.toLowerCase() : text;
}

const BOOLEANS: Record<string, boolean> = {
  true: true,
  "1": true,
  yes: true,
  on: true,
  false: false,
  "0": false,
  no: false,
  off: false,
};

/** What an option may be, in words: `one of error, warn`, `a whole number from 0 to 65535`. */
export function expectation({ schema, expects }: Option): string {
  if (expects) return expects;
  if (schema.enum) return `one of ${(schema.enum as string[]).join(", ")}`;
  if (schema.type === "boolean") return "true or false";
  const kind = schema.type === "integer" ? "a whole number" : "a number";
  return schema.minimum === undefined
    ? `${kind} above ${schema.exclusiveMinimum}, at most ${schema.maximum}`
    : `${kind} from ${schema.minimum} to ${schema.maximum}`;
}

/** The default as the table and `--help` show it. */
export function shownDefault({ schema, shown }: Option): string {
  if (shown) return shown;
  const value: unknown = schema.default;
  if (value === undefined || (Array.isArray(value) && value.length === 0)) return "none";
  return Array.isArray(value) ? value.join(", ") : String(value);
}
