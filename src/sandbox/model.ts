/** What an endpoint takes and gives: the catalogue, what is newer than it, and a test's own apps. */
import { readFileSync } from "node:fs";
import packed from "../models/catalog.json" with { type: "file" };
import { appOf, listed } from "./endpoint.ts";
import { newer } from "./newer.ts";
import type { Settings } from "./options.ts";
import type { App, Field, Model, OutputKind } from "./schema.ts";

type PackedType = Omit<Field, "items" | "fields" | "required"> & {
  readonly items?: number;
  readonly fields?: readonly number[];
};

interface Packed {
  readonly types: readonly PackedType[];
  readonly fields: readonly (readonly [string, number, 0 | 1])[];
  readonly inputs: readonly (readonly number[])[];
  readonly endpoints: Readonly<Record<string, readonly [number, OutputKind]>>;
}

interface Catalogue {
  readonly models: ReadonlyMap<string, Model>;
  readonly apps: ReadonlySet<string>;
}

let decoded: Catalogue | undefined;

/** Decoded on first use, so that a sandbox nobody calls costs nothing. */
function catalogue(): Catalogue {
  if (decoded) return decoded;
  const { types, fields, inputs, endpoints } = JSON.parse(
    readFileSync(packed as unknown as string, "utf8"),
  ) as Packed;
  const record = (members: readonly number[]): Record<string, Field> =>
    Object.fromEntries(
      members.map((index) => {
        const [name, type, required] = fields[index]!;
        return [name, required ? { ...field(type), required: true as const } : field(type)];
      }),
    );
  const field = (index: number): Field => {
    const { items, fields: members, ...rest } = types[index]!;
    return {
      ...rest,
      ...(items !== undefined && { items: field(items) }),
      ...(members && { fields: record(members) }),
    };
  };
  const shared = inputs.map(record);
  const models = new Map<string, Model>();
  for (const [id, [input, output]] of Object.entries(endpoints)) {
    const kind = id.startsWith("openrouter/router") ? "llm" : output;
    models.set(id, { id, input: shared[input]!, output: kind });
  }
  for (const [id, app] of Object.entries(newer)) {
    if (!models.has(id)) models.set(id, fromApp(id, app));
  }
  decoded = { models, apps: new Set([...models.keys()].map(appOf)) };
  return decoded;
}

function fromApp(id: string, app: App): Model {
  if (typeof app === "string") return { id, input: {}, output: app };
  return { id, input: app.input ?? {}, output: app.output };
}

function customApp(id: string, apps: Record<string, App> = {}): App | undefined {
  if (apps[id]) return apps[id];
  return Object.entries(apps).find(([pattern]) => listed(id, [pattern]))?.[1];
}

/** The endpoint; `"path"` when only its app exists, undefined when not even that does. */
export function findModel(id: string, settings: Settings): Model | "path" | undefined {
  if (listed(id, settings.retired)) return undefined;
  const custom = customApp(id, settings.apps);
  if (custom) return fromApp(id, custom);
  const known = catalogue().models.get(id);
  if (known) return known;
  const app = appOf(id);
  const custom_apps = Object.keys(settings.apps ?? {}).map(appOf);
  return catalogue().apps.has(app) || custom_apps.includes(app) ? "path" : undefined;
}

/** Every endpoint of the platform's list, sorted. */
export function everyModel(settings: Settings): Model[] {
  const custom = Object.entries(settings.apps ?? {}).map(([id, app]) => fromApp(id, app));
  const models = new Map([
    ...catalogue().models,
    ...custom.map((model) => [model.id, model] as const),
  ]);
  return [...models.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
