/** Makes a value that is valid for a JSON schema, always the same one. */
import { type Fields, isFields } from "./call.ts";

/** Deeper than this only what is required is filled in, so that recursive schemas end. */
const deepest = 5;

export function instanceOf(schema: unknown): unknown {
  return make(schema, isFields(schema) ? schema : {}, 0, "value");
}

function make(schema: unknown, root: Fields, depth: number, name: string): unknown {
  if (!isFields(schema)) return name;
  // A reference that only leads to itself has no instance.
  if (depth > 50) return null;
  if (typeof schema["$ref"] === "string") {
    return make(resolve(schema["$ref"], root), root, depth + 1, name);
  }
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (Array.isArray(schema["allOf"])) {
    return make(merge(schema, schema["allOf"], root), root, depth, name);
  }
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return make(choose(choices, depth), root, depth + 1, name);
  const types = [schema["type"] ?? guess(schema)].flat();
  const type = (depth > deepest && types.includes("null") ? "null" : types[0]) as string;
  return makers[type]?.(schema, root, depth, name) ?? null;
}

type Maker = (schema: Fields, root: Fields, depth: number, name: string) => unknown;

const makers: Record<string, Maker> = {
  object(schema, root, depth) {
    const properties = isFields(schema["properties"]) ? schema["properties"] : {};
    const required = Array.isArray(schema["required"]) ? schema["required"] : [];
    const names = Object.keys(properties).filter(
      (each) => depth < deepest || required.includes(each),
    );
    const missing = required.filter(
      (each): each is string => typeof each === "string" && !(each in properties),
    );
    return Object.fromEntries(
      [...names, ...missing].map((each) => [
        each,
        make(properties[each] ?? {}, root, depth + 1, each),
      ]),
    );
  },
  array(schema, root, depth, name) {
    const prefix = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [];
    const least = number(schema["minItems"]) ?? (depth < deepest ? 1 : 0);
    const most = number(schema["maxItems"]) ?? Infinity;
    const first = prefix.map((item) => make(item, root, depth + 1, name));
    if (schema["items"] === false) return first;
    const rest = Math.max(0, Math.min(most, least) - first.length);
    return [
      ...first,
      ...Array.from({ length: rest }, () => make(schema["items"] ?? {}, root, depth + 1, name)),
    ];
  },
  string(schema, _root, _depth, name) {
    const formatted = formats[String(schema["format"])];
    if (formatted) return formatted;
    const text = typeof schema["pattern"] === "string" ? matching(schema["pattern"], name) : name;
    return text
      .padEnd(number(schema["minLength"]) ?? 0, "x")
      .slice(0, number(schema["maxLength"]) ?? undefined);
  },
  integer: (schema) => within(schema, 1),
  number: (schema) => within(schema, Number(schema["multipleOf"]) || 0.5),
  boolean: () => true,
  null: () => null,
};

const formats: Readonly<Record<string, string>> = {
  "date-time": "2026-01-02T03:04:05Z",
  date: "2026-01-02",
  time: "03:04:05Z",
  duration: "PT1M",
  email: "someone@example.com",
  hostname: "example.com",
  ipv4: "192.0.2.1",
  ipv6: "2001:db8::1",
  uri: "https://example.com/",
  uuid: "00000000-0000-4000-8000-000000000000",
};

function guess(schema: Fields): string {
  if ("properties" in schema || "required" in schema) return "object";
  if ("items" in schema || "prefixItems" in schema) return "array";
  if ("minimum" in schema || "maximum" in schema) return "number";
  return "string";
}

function choose(choices: readonly unknown[], depth: number): unknown {
  const ends = choices.find((each) => isFields(each) && each["type"] === "null");
  return depth > deepest && ends ? ends : choices[0];
}

function merge(schema: Fields, parts: readonly unknown[], root: Fields): Fields {
  const { allOf: _, ...own } = schema;
  const whole = [own, ...parts].map((part) => {
    const named = isFields(part) && typeof part["$ref"] === "string";
    return named ? resolve(part["$ref"] as string, root) : part;
  });
  return whole.filter(isFields).reduce(
    (sum, part) => ({
      ...sum,
      ...part,
      ...(("properties" in sum || "properties" in part) && {
        properties: { ...(sum["properties"] as object), ...(part["properties"] as object) },
      }),
      ...(("required" in sum || "required" in part) && {
        required: [sum["required"] ?? [], part["required"] ?? []].flat(),
      }),
    }),
    {},
  );
}

function resolve(reference: string, root: Fields): unknown {
  const steps = reference.replace(/^#\/?/, "").split("/").filter(Boolean);
  return steps.reduce<unknown>((at, step) => {
    const name = step.replaceAll("~1", "/").replaceAll("~0", "~");
    return isFields(at) ? at[name] : undefined;
  }, root);
}

function within(schema: Fields, step: number): number {
  const multiple = number(schema["multipleOf"]) ?? step;
  const above = number(schema["exclusiveMinimum"]);
  const below = number(schema["exclusiveMaximum"]);
  const least =
    number(schema["minimum"]) ??
    above ??
    Math.min(multiple, number(schema["maximum"]) ?? below ?? Infinity);
  const up = Math.ceil(least / multiple) * multiple;
  const value = above !== undefined && up <= above ? up + multiple : up;
  const most = number(schema["maximum"]) ?? Infinity;
  if (value <= most && (below === undefined || value < below)) return value;
  const down = Math.floor(Math.min(most, below ?? Infinity) / multiple) * multiple;
  return below !== undefined && down >= below ? down - multiple : down;
}

/** Patterns in common use; a schema's author rarely goes beyond them. */
function matching(pattern: string, name: string): string {
  const tries = [
    name,
    "a",
    "A",
    "1",
    "00000",
    "AB",
    "ABC",
    "abc-1",
    "2026-01-02",
    "+15550100",
    "#336699",
    "12:30",
  ];
  try {
    const expression = new RegExp(pattern);
    return tries.find((each) => expression.test(each)) ?? name;
  } catch {
    return name;
  }
}

function number(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
