/** A value that does not fit its schema, in a plain sentence: the parameter, what it must be, and what it is. */
import { type ApiError, invalidRequest } from "./error.ts";

/** What is read of a schema; `expects` are words of our own for what its keywords would say worse. */
interface Schema {
  type?: string;
  const?: unknown;
  enum?: readonly unknown[];
  anyOf?: readonly Schema[];
  items?: Schema;
  pattern?: string;
  minLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  expects?: string;
}

/** The first fault of a body or query, as TypeBox tells it. */
export interface Unfit {
  /** A JSON pointer: `/messages/0/role`. */
  readonly path: string;
  readonly schema: object;
  /** Undefined: it is not there. */
  readonly value: unknown;
}

/**
 * Of a value's faults the one that its reader meets first, in the order of the schema's properties.
 * TypeBox tells of everything that is missing before what is wrong, and both in that order.
 */
export function foremost(schema: object, faults: Iterable<Unfit>): Unfit | undefined {
  const order = Object.keys((schema as { properties?: object }).properties ?? {});
  const place = ({ path }: Unfit) => order.indexOf(path.split("/")[1] ?? "");
  let first: Unfit | undefined;
  for (const fault of faults) {
    if (!first || place(fault) < place(first)) first = fault;
    if (fault.value !== undefined) break;
  }
  return first;
}

/**
 * 400 `missing_required_parameter` for what is not there, `invalid_value` for anything else; `telling`
 * which kind of value it was, where that was a wrong one.
 */
export function unfit({ path, schema, value }: Unfit, telling = true): ApiError {
  const param = dotted(path) || null;
  if (param === null) return invalidRequest("The request body must be a JSON object.", null);
  if (value === undefined) return missing(param);
  const told = telling && !kinds(schema).has(kindOf(value));
  return invalidValue(param, wanted(schema), told ? value : undefined);
}

export function missing(param: string): ApiError {
  const message = `Missing required parameter: '${param}'.`;
  return invalidRequest(message, param, "missing_required_parameter");
}

/** `wanted`: "it must be a text"; `given` where its kind alone is wrong. */
export function invalidValue(param: string, wanted: string, given?: unknown): ApiError {
  const not = given === undefined ? "" : `, not ${NAMES[kindOf(given)]}`;
  return invalidRequest(`Invalid value for '${param}': ${wanted}${not}.`, param);
}

type Kind = "text" | "number" | "boolean" | "list" | "object" | "null" | "file";

const NAMES: Readonly<Record<Kind, string>> = {
  text: "a text",
  number: "a number",
  boolean: "true or false",
  list: "a list",
  object: "an object",
  null: "null",
  file: "a file",
};

const KINDS: Readonly<Record<string, Kind>> = {
  string: "text",
  number: "number",
  integer: "number",
  boolean: "boolean",
  array: "list",
  object: "object",
  null: "null",
};

function kindOf(value: unknown): Kind {
  if (value === null) return "null";
  if (Array.isArray(value)) return "list";
  if (value instanceof Blob) return "file";
  return KINDS[typeof value] ?? "object";
}

/** Which kinds of values a schema takes at all. */
function kinds({ type, const: only, enum: members, anyOf }: Schema): ReadonlySet<Kind> {
  if (anyOf) return new Set(anyOf.flatMap((option) => [...kinds(option)]));
  if (only !== undefined) return new Set([kindOf(only)]);
  if (members) return new Set(members.map(kindOf));
  return new Set(type !== undefined && Object.hasOwn(KINDS, type) ? [KINDS[type]!] : []);
}

function wanted(schema: Schema): string {
  return schema.expects ?? `it must be ${described(schema)}`;
}

/** As a noun: `a whole number from 1 to 10`, `one of "url", "b64_json"`, `a text or a number`. */
function described(schema: Schema): string {
  const members = membersOf(schema);
  if (members) return oneOf(members);
  const { type, anyOf, items } = schema;
  if (anyOf) {
    // Who may say null may leave it out as well: it helps nobody to say so.
    const options = anyOf.filter((option) => option.type !== "null").map(described);
    return [...new Set(options)].join(" or ") || "null";
  }
  if (type === "integer") return `a whole number${range(schema)}`;
  if (type === "number") return `a number${range(schema)}`;
  if (type === "array") return `a list${items?.type === "string" ? " of texts" : ""}`;
  if (type === "string") {
    const full = schema.pattern !== undefined || (schema.minLength ?? 0) > 0;
    return full ? "a text that is not empty" : "a text";
  }
  const kind = type === undefined ? undefined : KINDS[type];
  return kind === undefined ? "another value" : NAMES[kind];
}

function membersOf({ enum: members, const: only, anyOf }: Schema): readonly unknown[] | undefined {
  if (members) return members;
  if (only !== undefined) return [only];
  const options = anyOf?.map((option) => option.const);
  return options?.every((option) => option !== undefined) ? options : undefined;
}

function oneOf(members: readonly unknown[]): string {
  const words = members.map((member) => JSON.stringify(member)).join(", ");
  return members.length === 1 ? words : `one of ${words}`;
}

function range({ minimum: least, maximum: most }: Schema): string {
  if (least !== undefined && most !== undefined) return ` from ${least} to ${most}`;
  if (least !== undefined) return ` of at least ${least}`;
  return most === undefined ? "" : ` of at most ${most}`;
}

/** `/messages/0/role` as OpenAI writes it: `messages[0].role`. */
function dotted(path: string): string {
  return path
    .split("/")
    .slice(1)
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    .map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join("");
}
