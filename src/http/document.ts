/** The OpenAPI document, put right: what the generator and TypeBox write that OpenAPI 3.1 does not have. */
import { REQUESTS } from "./answers.ts";

type Json = { [key: string]: unknown };

/** What an operation's parts look like coming out of the generator. */
interface Operation extends Json {
  parameters?: Json[];
  requestBody?: { content: Record<string, Json> };
  responses: Record<string, Json & { content?: Record<string, Json> }>;
}

export interface Document extends Json {
  paths: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, unknown> };
}

/** A copy, as it goes out. */
export function tidy(document: Document): Document {
  // Through JSON, as a client will read it: what is undefined is gone.
  const copy = JSON.parse(JSON.stringify(document)) as Document;
  const paths = Object.entries(copy.paths).map(([path, item]) => [
    path.replace(/(?<=.)\/$/, ""),
    Object.fromEntries(Object.entries(item).map(([method, found]) => [method, operation(found)])),
  ]);
  const schemas = Object.entries(copy.components?.schemas ?? {}).map(
    ([name, found]) => [name, schema(found)] as const,
  );
  return {
    ...copy,
    paths: Object.fromEntries(paths),
    components: { ...copy.components, schemas: Object.fromEntries(schemas) },
  };
}

function operation({ [REQUESTS]: examples, ...found }: Operation): Operation {
  const { parameters = [], requestBody, responses } = found;
  return {
    ...found,
    parameters: parameters.map(({ examples: _, schema: shape, ...rest }) => ({
      ...rest,
      schema: schema(shape),
    })),
    ...(requestBody && {
      requestBody: {
        ...requestBody,
        content: contents(requestBody.content, examples ? { examples } : {}),
      },
    }),
    responses: Object.fromEntries(
      Object.entries(responses).map(([status, response]) => [status, answer(response)]),
    ),
  };
}

/** The generator spreads a schema's other keys over the response, where they mean nothing. */
function answer({ description = "OK", headers, content }: Operation["responses"][string]) {
  return {
    description,
    ...(headers ? { headers } : {}),
    ...(content ? { content: contents(content) } : {}),
  };
}

function contents(content: Record<string, Json>, more: Json = {}) {
  const types = Object.entries(content).map(([type, media]) => {
    const { examples, ...shape } = schema(media.schema) as Json;
    const own = Array.isArray(examples) ? { examples: numbered(examples) } : {};
    return [type, { ...own, ...media, schema: shape, ...more }];
  });
  return Object.fromEntries(types);
}

/** A schema's own examples have no names, and pages leave them out where a request is tried. */
function numbered(examples: readonly unknown[]) {
  return Object.fromEntries(
    examples.map((value, index) => [index === 0 ? "Example" : `Example ${index + 1}`, { value }]),
  );
}

/** Words that steer our own error messages. */
const OURS = new Set(["expects"]);

/** Keys whose values are named by the reader's data, not by JSON Schema. */
const NAMED = new Set(["properties", "patternProperties", "$defs"]);
const DATA = new Set(["default", "const", "enum", "examples", "example", "required"]);

function schema(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schema);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value)
    .filter(([key]) => !OURS.has(key))
    .map(([key, inner]) => {
      if (DATA.has(key)) return [key, inner] as const;
      if (!NAMED.has(key)) return [key, schema(inner)] as const;
      const named = Object.entries(inner as Json).map(([name, found]) => [name, schema(found)]);
      return [key, Object.fromEntries(named)] as const;
    });
  return choice(Object.fromEntries(entries));
}

/** A choice between words is an enum, which pages and generators show better than alternatives. */
function choice(schema: Json): Json {
  const { anyOf, ...rest } = schema;
  if (!Array.isArray(anyOf) || !anyOf.every(isWord)) return schema;
  return { ...rest, type: "string", enum: anyOf.map((option: Json) => option.const) };
}

const isWord = (option: unknown) => typeof (option as Json)?.const === "string";
