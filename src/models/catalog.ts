/**
 * The catalogue: what each fal endpoint takes and what kind of thing it gives.
 *
 * `catalog.json` is written by `bun run catalog` from the types that `@fal-ai/client` ships. It is
 * valid JSON, one entry a line, each table referring to the ones above it by index:
 *
 *     source     "@fal-ai/client 1.10.1"
 *     types      {"type","enum"?,"open"?,"media"?,"objectToo"?,"items"?: type,"fields"?: [field…]}
 *     fields     [name, type, 1 if required else 0]
 *     inputs     [field…]: one endpoint's whole input, shared by endpoints that take the same
 *     endpoints  {id: [input, output kind]}
 *
 * The declarations share structurally equal types, so defaults and comments there may belong to
 * another model; only names, types, enums and "required" are kept.
 */
import { readFileSync } from "node:fs";
// As a file: a text would be read into memory by every start.
import packed from "./catalog.json" with { type: "file" };

export type FieldType =
  | "string"
  | "integer"
  | "number"
  | "boolean"
  | "array"
  | "object"
  /** Several types, or none that the declarations tell: anything is accepted. */
  | "unknown";

/** One field of an endpoint's input. */
export interface Field {
  readonly type: FieldType;
  readonly enum?: readonly string[];
  /** The enum lists common values only; any other string is accepted too. */
  readonly open?: true;
  readonly required?: true;
  /** Takes the address of a file (https or data URL), or an array of them. */
  readonly media?: true;
  /** An enum that also takes an object, as `image_size` takes `{width, height}`. */
  readonly objectToo?: true;
  /** Of an array: its members. */
  readonly items?: Field;
  /** Of an object: its fields, a few levels deep. */
  readonly fields?: Readonly<Record<string, Field>>;
}

/** What an endpoint gives; names the normaliser of `output.ts` that reads it. */
export type OutputKind =
  "images" | "image" | "video" | "videos" | "audio" | "text" | "mesh" | "file" | "other";

/** One fal endpoint. */
export interface Endpoint {
  /** The full fal id, for example `fal-ai/flux-pro/v1.1-ultra`. */
  readonly id: string;
  readonly input: Readonly<Record<string, Field>>;
  readonly output: OutputKind;
}

/** What fal says of an endpoint beside its schema. */
export interface About {
  /** For people. */
  readonly name?: string;
  /** fal serves it no more, or will soon not. */
  readonly retired?: true;
  readonly price?: Price;
}

/** What one unit costs; fal counts pictures, megapixels, seconds, characters, tokens. */
export interface Price {
  readonly unit: string;
  readonly amount: number;
  readonly currency: string;
}

/** Every endpoint that is known. */
export interface Catalog {
  get(id: string): Endpoint | undefined;
  /** Full fal ids, sorted. */
  ids(): readonly string[];
  /** Nothing where fal has said nothing: the built-in catalogue alone knows no more than schemas. */
  about?(id: string): About | undefined;
  /** Another number after every change; always 0 where nothing ever changes. */
  revision?(): number;
}

type PackedType = Omit<Field, "items" | "fields" | "required"> & {
  readonly items?: number;
  readonly fields?: readonly number[];
};

/** `catalog.json`, parsed: see the top of this file. */
export interface PackedCatalog {
  readonly source: string;
  readonly types: readonly PackedType[];
  readonly fields: readonly (readonly [name: string, type: number, required: 0 | 1])[];
  readonly inputs: readonly (readonly number[])[];
  readonly endpoints: Readonly<Record<string, readonly [input: number, output: OutputKind]>>;
}

/** Unpacks a catalogue, each endpoint when it is first asked for; what endpoints share stays one object. */
export function decodeCatalog(packed: PackedCatalog): Catalog {
  const fields = new Map<number, readonly [string, Field]>();
  const types = new Map<number, Field>();

  function typeAt(index: number): Field {
    const known = types.get(index);
    if (known) return known;
    const { items, fields: members, ...rest } = packed.types[index]!;
    const type: Field = {
      ...rest,
      ...(items === undefined ? {} : { items: typeAt(items) }),
      ...(members === undefined ? {} : { fields: record(members) }),
    };
    types.set(index, type);
    return type;
  }

  function fieldAt(index: number): readonly [string, Field] {
    const known = fields.get(index);
    if (known) return known;
    const [name, type, required] = packed.fields[index]!;
    const field = typeAt(type);
    const entry = [name, required === 1 ? { ...field, required: true as const } : field] as const;
    fields.set(index, entry);
    return entry;
  }

  function record(members: readonly number[]) {
    return Object.fromEntries(members.map(fieldAt));
  }

  const inputs = new Map<number, Endpoint["input"]>();
  const endpoints = new Map<string, Endpoint>();

  function inputAt(index: number) {
    const input = inputs.get(index) ?? record(packed.inputs[index]!);
    inputs.set(index, input);
    return input;
  }

  function get(id: string): Endpoint | undefined {
    const known = endpoints.get(id);
    if (known || !Object.hasOwn(packed.endpoints, id)) return known;
    const [input, output] = packed.endpoints[id]!;
    const endpoint = { id, input: inputAt(input), output };
    endpoints.set(id, endpoint);
    return endpoint;
  }

  const ids = Object.keys(packed.endpoints);
  return { get, ids: () => ids };
}

let decoded: Catalog | undefined;

function decode(): Catalog {
  decoded ??= decodeCatalog(
    JSON.parse(readFileSync(packed as unknown as string, "utf8")) as PackedCatalog,
  );
  return decoded;
}

const BUILTIN: Catalog = { get: (id) => decode().get(id), ids: () => decode().ids() };

/** The catalogue inside the executable, parsed when it is first asked (about 2 ms). */
export const builtinCatalog = (): Catalog => BUILTIN;
