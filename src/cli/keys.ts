/** `falgate keys`: client keys, made, listed and revoked, also while a gateway runs. */
import { type ClientKeys, createClientKeys, type ShownKey } from "../accounts/client-keys.ts";
import type { Said } from "../accounts/draft.ts";
import { createApp } from "../app.ts";
import { type Config, ConfigError, loadConfig } from "../config.ts";
import { silent } from "../log.ts";
import { ApiError } from "../openai/error.ts";
import { createAllowable } from "../routes/allowable.ts";
import { createKeyStore } from "../store/keys/keys.ts";
import { KEY_FLAGS } from "./key-flags.ts";
import { KEYS_USAGE } from "./command-help.ts";
import { dictionaryOf, learning } from "./dictionary.ts";
import { createGateway } from "./gateway.ts";
import { DATA_DIR } from "./media.ts";
import { settings } from "./settings.ts";
import type { Flags, Invocation } from "./shell.ts";
import { openStore } from "./store.ts";
import { table } from "./table.ts";

/** What one of its commands prints. */
interface Printed {
  json: unknown;
  text: string;
}

type Action = (keys: ClientKeys, invocation: Invocation) => Promise<Printed>;

const ACTIONS: Readonly<Record<string, Action>> = { create, list, revoke };

export async function keys(invocation: Invocation): Promise<number> {
  const [name = ""] = invocation.operands;
  const action = Object.hasOwn(ACTIONS, name) ? ACTIONS[name] : undefined;
  if (!action) throw new ConfigError(KEYS_USAGE);
  const config = await settings(invocation);
  const database = await openStore(config, config.dataDir ?? DATA_DIR, silent);
  try {
    const store = createKeyStore(database);
    const clientKeys = createClientKeys({ store, allowable: allowable(config) });
    const { json, text } = await action(clientKeys, invocation);
    invocation.out(invocation.flags.json ? `${JSON.stringify(json, null, 2)}\n` : text);
    return 0;
  } catch (error) {
    throw error instanceof ApiError ? new ConfigError(error.message) : error;
  } finally {
    await database.close();
  }
}

function allowable(config: Config) {
  const dictionary = dictionaryOf(config, learning(config.dataDir ?? DATA_DIR));
  const routes = () => createApp(createGateway(loadConfig({}), silent, true)).routes;
  return createAllowable(dictionary, routes);
}

async function create(clientKeys: ClientKeys, { flags, operands }: Invocation): Promise<Printed> {
  if (operands.length > 1 || flags.name === undefined) throw new ConfigError(KEYS_USAGE);
  const made = await clientKeys.create(said(flags));
  const facts = FACTS.map(([head, of]) => [head.toLowerCase(), of(made)] as const);
  const lines = facts
    .filter(([, value]) => value !== "")
    .map((fact) => `  ${fact[0].padEnd(12)} ${fact[1]}\n`);
  return {
    json: made,
    text: `The key of ${made.name}. It is shown this once and kept nowhere:\n\n  ${made.key}\n\n${lines.join("")}`,
  };
}

/** What the flags say, as a body would: numbers as numbers, lists as lists. */
function said(flags: Flags): Said {
  const given = Object.keys(KEY_FLAGS).filter(
    (flag) => flag !== "json" && flags[flag] !== undefined,
  );
  return Object.fromEntries(given.map((flag) => [flag, converted(flag, String(flags[flag]))]));
}

function converted(flag: string, text: string): unknown {
  if (flag === "models" || flag === "routes") return text.split(",").map((glob) => glob.trim());
  const counts = flag === "rpm" || flag === "concurrency" || flag === "weight";
  return counts && /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text;
}

async function list(clientKeys: ClientKeys, { operands }: Invocation): Promise<Printed> {
  if (operands.length > 1) throw new ConfigError(KEYS_USAGE);
  const all = await clientKeys.list();
  const rows = all.map((key) => FACTS.map(([, of]) => of(key)));
  const text =
    all.length === 0
      ? "There are no keys. Make one: falgate keys create --name NAME\n"
      : table(
          FACTS.map(([head]) => head),
          rows,
        );
  return { json: all, text };
}

async function revoke(clientKeys: ClientKeys, { operands }: Invocation): Promise<Printed> {
  const [, which, ...more] = operands;
  if (which === undefined || more.length > 0) throw new ConfigError(KEYS_USAGE);
  const revoked = await clientKeys.revoke(which);
  return { json: revoked, text: `The key of ${revoked.name} (${revoked.prefix}…) is revoked.\n` };
}

const day = (seconds: number | null) =>
  seconds === null ? "" : new Date(seconds * 1000).toISOString().slice(0, 16).replace("T", " ");

const FACTS: readonly (readonly [string, (key: ShownKey) => string])[] = [
  ["NAME", ({ name }) => name],
  ["ID", ({ id }) => id],
  ["KEY", ({ prefix }) => `${prefix}…`],
  ["STATUS", ({ status }) => status],
  ["CREATED", ({ created_at }) => day(created_at)],
  ["EXPIRES", ({ expires_at }) => day(expires_at)],
  ["BUDGET", ({ budget }) => budget ?? ""],
  ["RPM", ({ rpm }) => (rpm === null ? "" : String(rpm))],
  ["CONCURRENCY", ({ concurrency }) => (concurrency === null ? "" : String(concurrency))],
  ["WEIGHT", ({ weight }) => (weight === 1 ? "" : String(weight))],
  ["MODELS", ({ models }) => models?.join(",") ?? ""],
  ["ROUTES", ({ routes }) => routes?.join(",") ?? ""],
];
