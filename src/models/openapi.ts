/** An endpoint as its OpenAPI document describes it, in the catalogue's words. */
import type { Endpoint, Field } from "./catalog.ts";
import { outputKind } from "./output-kind.ts";

type Json = Readonly<Record<string, unknown>>;

/** How deep nested objects are described; deeper ones are objects of unknown fields. */
const DEPTH = 3;
/** References that lead on to references, and no further. */
const HOPS = 10;

/** Fields whose string is the address of a file, though the type may say only `string`. */
const ADDRESS = /(^|_)urls?$/;

/**
 * The endpoint `id` of fal's queue: what is posted to it, and what its finished requests give.
 * Nothing for a document that describes no input.
 */
export function endpointOf(id: string, document: unknown): Endpoint | undefined {
  const root = record(document);
  const paths = Object.entries(record(root.paths));
  const posted = record(record(record(root.paths)[`/${id}`]).post);
  const [, any = {}] = paths.find(([, item]) => record(record(item).post).requestBody) ?? [];
  const input = bodyOf(posted.requestBody ?? record(record(any).post).requestBody);
  const [, result = {}] = paths.find(([path]) => /\/requests\/\{[^}]+\}$/.test(path)) ?? [];
  const output = bodyOf(record(record(record(result).get).responses)["200"]);
  const described = properties(resolve(input));
  if (!described) return undefined;
  return {
    id,
    input: fieldsOf(described, resolve(input).required, 0),
    output: outputKind(fieldsOf(properties(resolve(output)) ?? {}, [], 0)),
  };

  /** The schema behind references, and behind an `allOf` of one. */
  function resolve(schema: unknown, hops = 0): Json {
    const found = record(schema);
    const [only, ...others] = list(found.allOf);
    if (hops >= HOPS) return {};
    if (typeof found.$ref === "string") {
      const name = found.$ref.replace(/^#\/components\/schemas\//, "");
      return resolve(record(record(root.components).schemas)[name], hops + 1);
    }
    return only && others.length === 0 ? { ...resolve(only, hops + 1), ...without(found) } : found;
  }

  function fieldsOf(described: Json, required: unknown, depth: number): Record<string, Field> {
    const needed = new Set(list(required));
    return Object.fromEntries(
      Object.entries(described).map(([name, schema]) => {
        const field = describe(schema, name, depth);
        return [name, needed.has(name) ? { ...field, required: true as const } : field];
      }),
    );
  }

  function describe(given: unknown, name: string, depth: number): Field {
    const schema = resolve(given);
    const choices = [...list(schema.anyOf), ...list(schema.oneOf)].map((each) => resolve(each));
    const real = choices.filter(({ type }) => type !== "null");
    if (real.length === 1) return describe(real[0], name, depth);
    if (real.length > 1) return describeChoice(real, name, depth);
    const types = list(schema.type).filter((type) => type !== "null");
    if (types.length > 1) return { type: "unknown" };
    const words = enumOf(schema);
    if (words) return { type: "string", enum: words };
    switch (types[0]) {
      case "string":
        return isMedia(schema, name) ? { type: "string", media: true } : { type: "string" };
      case "integer":
      case "number":
      case "boolean":
        return { type: types[0] };
      case "array": {
        const items = describe(schema.items, name, depth + 1);
        return { type: "array", items, ...(items.media ? { media: true } : {}) };
      }
      case "object":
        return { type: "object", fields: nested(schema, depth) };
      default:
        return properties(schema)
          ? { type: "object", fields: nested(schema, depth) }
          : { type: "unknown" };
    }
  }

  function nested(schema: Json, depth: number): Record<string, Field> {
    if (depth >= DEPTH) return {};
    return fieldsOf(properties(schema) ?? {}, schema.required, depth + 1);
  }

  /** Several things that a field may be: words, words or an object, or one type in several forms. */
  function describeChoice(choices: readonly Json[], name: string, depth: number): Field {
    const words = choices.flatMap((choice) => enumOf(choice) ?? []);
    const kinds = choices
      .filter((choice) => !enumOf(choice))
      .map((choice) => describe(choice, name, depth));
    const [first, ...others] = kinds;
    const only = first && others.every(({ type }) => type === first.type) ? first : undefined;
    if (words.length === 0) return only ?? { type: "unknown" };
    if (!first) return { type: "string", enum: words };
    if (only?.type === "string") return { type: "string", enum: words, open: true };
    if (only?.type !== "object") return { type: "unknown" };
    return { type: "string", enum: words, objectToo: true, fields: only.fields ?? {} };
  }
}

function enumOf(schema: Json): string[] | undefined {
  const words = schema.const === undefined ? list(schema.enum) : [schema.const];
  const texts = words.filter((word) => typeof word === "string");
  return texts.length > 0 && texts.length === words.length ? texts : undefined;
}

function isMedia(schema: Json, name: string): boolean {
  return ADDRESS.test(name) || schema.format === "uri" || schema.format === "binary";
}

const properties = (schema: Json): Json | undefined =>
  schema.properties === undefined ? undefined : record(schema.properties);

/** The schema of a body in JSON, of a request or an answer. */
const bodyOf = (body: unknown): unknown =>
  record(record(record(body).content)["application/json"]).schema;

function without({ allOf: _, ...rest }: Json): Json {
  return rest;
}

function list(value: unknown): unknown[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value : [value];
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Json)
    : {};
}
