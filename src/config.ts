/** Every option falgate has: one schema that parses flags, environment and file, and prints itself. */
import { type Static, type TSchema, Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { LEVELS } from "./log.ts";

/** How a schema's option is written and shown, beyond what JSON Schema says. */
interface Meta {
  description: string;
  /** Other names of the same option, in the schema's spelling. */
  aliases?: readonly string[];
  /** Its value never appears anywhere, not even in an error. */
  secret?: true;
  /** What the value may be, in words, where the schema cannot say it. */
  expects?: string;
  /** What stands in the table when there is no fixed default. */
  shown?: string;
}

const meta = (options: Meta & { default?: unknown }) => options;
const flag = (options: Meta) => Type.Boolean({ ...meta(options), default: false });
const url = (value: string, description: string) =>
  Type.String({
    ...meta({ description, expects: "a URL such as https://queue.fal.run" }),
    default: value,
    pattern: "^https?://[^\\s]+$",
  });
const choice = <const T extends string>(values: readonly T[], options: Meta & { default?: T }) =>
  Type.Unsafe<T>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { ...meta(options), enum: [...values] },
    ),
  );
const keys = (options: Meta & { pattern: string }) =>
  Type.Array(Type.String({ pattern: options.pattern }), { ...meta(options), default: [] });

export const ConfigSchema = Type.Object({
  falKey: keys({
    description: "fal key, or several separated by commas. Required unless `--sandbox`",
    aliases: ["falApiKey"],
    secret: true,
    pattern: "^[^\\s:,]+:[^\\s:,]+$",
    expects: "of the form key_id:key_secret, as fal.ai/dashboard/keys shows it",
  }),
  apiKey: keys({
    description:
      "client key, or several separated by commas. With none, only this machine is served",
    aliases: ["workerAccessKey"],
    secret: true,
    pattern: "^[\\x21-\\x2b\\x2d-\\x7e]+$",
    expects: "printable characters without spaces",
  }),
  allowAnonymous: flag({ description: "serve a public address without any client key" }),
  adminKey: Type.Optional(
    Type.String({
      ...meta({
        description: "opens `/admin/*`, and nothing else; without it there is no administration",
        secret: true,
        expects: "16 printable characters or more, without spaces",
      }),
      pattern: "^[\\x21-\\x2b\\x2d-\\x7e]{16,}$",
    }),
  ),
  maxFailedKeys: Type.Integer({
    ...meta({
      description:
        "wrong keys a minute from one address, after which no new caller is heard from there; 0 is any number",
    }),
    default: 30,
    minimum: 0,
    maximum: 1_000_000,
  }),
  port: Type.Integer({
    ...meta({ description: "port to listen on; 0 takes a free one" }),
    default: 3001,
    minimum: 0,
    maximum: 65535,
  }),
  host: Type.String({
    ...meta({ description: "address to listen on", expects: "an address or host name" }),
    default: "0.0.0.0",
    pattern: "^[0-9A-Za-z.:_\\[\\]-]+$",
  }),
  nodeEnv: choice(["development", "production", "test"] as const, {
    description: "`development` logs the stack of an unexpected error",
    default: "development",
  }),
  debug: flag({ description: "the same as `LOG_LEVEL=debug`" }),
  logLevel: choice(LEVELS, {
    description: "least severe level that is logged; prompts and bodies appear at `debug` only",
    default: "info",
  }),
  logFormat: Type.Optional(
    choice(["pretty", "json"] as const, {
      description: "form of the log lines",
      shown: "`pretty` on a terminal, else `json`",
    }),
  ),
  defaultResponseFormat: choice(["url", "b64_json"] as const, {
    description:
      "how pictures are handed out when the client does not say; aliases of OpenAI's gpt-image models always answer `b64_json`",
    default: "url",
  }),
  listModels: choice(["aliases", "all"] as const, {
    description: "what `/v1/models` lists: the names that clients know, or every fal endpoint too",
    default: "aliases",
  }),
  catalogRefresh: Type.Number({
    ...meta({
      description:
        "hours between two looks at fal's list of models, for new and retired ones and prices; 0 never looks",
    }),
    default: 24,
    minimum: 0,
    maximum: 720,
  }),
  publicUrl: Type.Optional(
    Type.String({
      ...meta({
        description:
          "base of the links that falgate hands out, where it stands behind a proxy; fal calls its webhooks there",
        expects: "a URL such as https://fal.example.com",
        shown: "from the request",
      }),
      pattern: "^https?://[^\\s?#]+$",
    }),
  ),
  trustedProxies: Type.Array(Type.String({ pattern: "^[0-9A-Fa-f.:]+(/[0-9]{1,3})?$" }), {
    ...meta({
      description: "addresses whose `X-Forwarded-*` headers are believed",
      expects: "addresses or networks such as 10.0.0.0/8, separated by commas",
    }),
    default: ["127.0.0.1", "::1"],
  }),
  foreignRequests: Type.Array(Type.String({ minLength: 1 }), {
    ...meta({
      description:
        "client keys (by name, or `*`) that may ask fal for requests that were not submitted here",
      expects: "names of keys separated by commas, or *",
    }),
    default: [],
  }),
  requestTimeout: Type.Number({
    ...meta({
      description:
        "seconds a client waits on one call at the longest; the generation itself goes on and is kept",
    }),
    default: 600,
    exclusiveMinimum: 0,
    maximum: 86400,
  }),
  maxBodySize: Type.Number({
    ...meta({ description: "largest body that is read whole, in MB" }),
    default: 64,
    exclusiveMinimum: 0,
    maximum: 4096,
  }),
  maxUploadSize: Type.Number({
    ...meta({ description: "largest body that only streams through, in MB" }),
    default: 2048,
    exclusiveMinimum: 0,
    maximum: 1048576,
  }),
  cancelOnDisconnect: choice(["queued", "always", "never"] as const, {
    description:
      "what is cancelled at fal when the client leaves: what has not started, everything, nothing",
    default: "queued",
  }),
  jsonKeepalive: Type.Number({
    ...meta({
      description:
        "seconds of silence after which a waiting JSON answer starts with status 200 and trickles whitespace, so that no proxy cuts it; 0 is off",
    }),
    default: 0,
    minimum: 0,
    maximum: 3600,
  }),
  streamKeepalive: Type.Number({
    ...meta({
      description:
        "seconds of silence after which an event stream sends a comment, so that nothing between here and the client cuts it",
    }),
    default: 15,
    exclusiveMinimum: 0,
    maximum: 3600,
  }),
  chatProgress: choice(["reasoning_content", "content", "none"], {
    description: "where a model that draws in a chat stream tells how far it is",
    default: "reasoning_content",
  }),
  corsOrigin: Type.String({
    ...meta({
      description: "origins that browsers may call from, separated by commas",
      expects: "* or origins such as https://chat.example.com",
    }),
    default: "*",
    pattern: "^(\\*|https?://[^\\s/,]+(\\s*,\\s*https?://[^\\s/,]+)*)$",
  }),
  shutdownGrace: Type.Number({
    ...meta({
      description: "seconds that running requests may take to finish after SIGTERM",
    }),
    default: 30,
    minimum: 0,
    maximum: 3600,
  }),
  falMediaHosts: Type.Array(Type.String({ pattern: "^(\\*\\.)?[0-9A-Za-z.-]+(:[0-9]+)?$" }), {
    ...meta({
      description:
        "the only hosts that outputs are fetched from; an address in a private range is reached only when it is named here",
      expects: "host names, *.domains or addresses, separated by commas",
    }),
    default: ["fal.media", "*.fal.media", "fal.run", "*.fal.run", "storage.googleapis.com"],
  }),
  webhookHosts: Type.Array(Type.String({ pattern: "^[0-9A-Za-z.-]+(:[0-9]+)?$" }), {
    ...meta({
      description:
        "hosts that a client's `fal_webhook` or `callback_url` may name although they lead to a private address",
      expects: "host names or addresses, with a port where it is not the usual one",
    }),
    default: [],
  }),
  callbackSecret: Type.Optional(
    Type.String({
      ...meta({
        description:
          "signs the calls to a client's `callback_url`, as Standard Webhooks has it; without it one is derived from `FAL_KEY`, and `falgate check` shows it",
        secret: true,
        expects: "of the form whsec_ and base64",
      }),
      pattern: "^whsec_[A-Za-z0-9+/]{32,}={0,2}$",
    }),
  ),
  missingPrice: choice(["refuse", "allow"] as const, {
    description:
      "what becomes of a call whose price nobody knows, when its key has a budget; `[prices]` in `falgate.toml` tells prices",
    default: "refuse",
  }),
  dataDir: Type.Optional(
    Type.String({
      ...meta({
        description: "folder that keeps what must survive a restart",
        expects: "a folder",
        shown: "`./data`; with `--sandbox` memory",
      }),
      pattern: "^[^\\x00-\\x1f]+$",
    }),
  ),
  databaseUrl: Type.Optional(
    Type.String({
      ...meta({
        description: "PostgreSQL for several instances",
        secret: true,
        expects: "of the form postgres://user:password@host/database",
        shown: "SQLite in `DATA_DIR`",
      }),
      pattern: "^postgres(ql)?://[^\\s]+$",
    }),
  ),
  redisUrl: Type.Optional(
    Type.String({
      ...meta({
        description:
          "Redis or Valkey, where several instances share limits, holds, turns and word of revoked keys",
        secret: true,
        expects: "of the form redis://:password@host:6379/0",
        shown: "in-process",
      }),
      pattern: "^(redis|rediss|valkey|valkeys)://[^\\s/]+(/[0-9]{1,5})?$",
    }),
  ),
  maxConcurrency: Type.Optional(
    Type.Integer({
      ...meta({
        description:
          "calls that one fal key may have in progress; further ones wait, and client keys take turns. `fal.ai/dashboard` shows what an account is given",
        expects: "a whole number from 1 to 100000",
        shown: "no limit",
      }),
      minimum: 1,
      maximum: 100_000,
    }),
  ),
  taskRetention: Type.Number({
    ...meta({ description: "days for which a finished task can be asked for" }),
    default: 7,
    exclusiveMinimum: 0,
    maximum: 3650,
  }),
  taskCount: Type.Integer({
    ...meta({ description: "finished tasks that are remembered; the oldest go first" }),
    default: 100_000,
    minimum: 1,
    maximum: 100_000_000,
  }),
  taskSize: Type.Number({
    ...meta({ description: "room for the records of finished tasks, in MB; the oldest go first" }),
    default: 1024,
    exclusiveMinimum: 0,
    maximum: 1_048_576,
  }),
  requestRetention: Type.Number({
    ...meta({
      description:
        "days for which the result of a request by fal's own API can be asked for, and who submitted it is known",
    }),
    default: 7,
    exclusiveMinimum: 0,
    maximum: 3650,
  }),
  requestSize: Type.Number({
    ...meta({
      description: "room for the results of requests by fal's own API, in MB; the oldest go first",
    }),
    default: 1024,
    exclusiveMinimum: 0,
    maximum: 1_048_576,
  }),
  mediaStore: Type.String({
    ...meta({
      description:
        "where what models make is kept: `none` hands out fal's own links, `disk` keeps it in `DATA_DIR`, `s3://bucket/prefix` in a bucket (credentials from `S3_*` or `AWS_*`)",
      expects: "none, disk or s3://bucket/prefix",
    }),
    default: "none",
    pattern: "^(none|disk|s3://[a-z0-9][a-z0-9.-]+(/[\\w./-]*)?)$",
  }),
  mediaRetention: Type.Number({
    ...meta({
      description:
        "days for which a kept file is there; a bucket's own lifecycle rules remove its files",
    }),
    default: 7,
    exclusiveMinimum: 0,
    maximum: 3650,
  }),
  mediaSize: Type.Number({
    ...meta({ description: "room for kept files on the disk, in MB; the oldest go first" }),
    default: 10_240,
    exclusiveMinimum: 0,
    maximum: 1_073_741_824,
  }),
  reconcileTime: Type.Number({
    ...meta({
      description:
        "seconds for which fal's list of requests is asked for a submission that a crash or a cut connection has lost",
    }),
    default: 180,
    minimum: 0,
    maximum: 86400,
  }),
  falQueueUrl: url("https://queue.fal.run", "base of fal's queue"),
  falRunUrl: url("https://fal.run", "base of fal's synchronous API and language models"),
  falRestUrl: url("https://rest.fal.ai", "base of fal's storage"),
  falPlatformUrl: url("https://api.fal.ai", "base of fal's platform API"),
});

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
      throw new ConfigError(`falgate.toml: there is no option "${key}"`);
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
