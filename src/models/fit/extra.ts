/** What a client sends beyond OpenAI's words: to the endpoint's fields of the same names. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint, Field, FieldType } from "../catalog.ts";

/** Answers must come as addresses, not inside the JSON: fal drops large results within minutes. */
const NEVER = new Set(["sync_mode", "num_images", "prompt"]);

/** The extras that the endpoint has fields for. Throws 400, naming the field, for a value of another type. */
export function fitExtras(
  extra: Readonly<Record<string, unknown>>,
  { input }: Endpoint,
): Record<string, unknown> {
  const fitted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(extra)) {
    const field = Object.hasOwn(input, name) ? input[name] : undefined;
    if (!field || value === undefined || value === null || NEVER.has(name)) continue;
    fitted[name] = coerce(value, field, name);
  }
  return fitted;
}

/** Forms send everything as text: `"7.5"` is a number to a number's field, `"true"` a boolean. */
const READERS: Readonly<Record<FieldType, (value: unknown) => unknown>> = {
  string: (value) => (typeof value === "number" ? String(value) : ofType("string", value)),
  number: (value) => finite(value),
  integer: (value) => whole(finite(value)),
  boolean: (value) => value === "true" || (value === "false" ? false : ofType("boolean", value)),
  array: (value) => (Array.isArray(value) ? value : undefined),
  object: (value) => (isRecord(value) ? value : undefined),
  unknown: (value) => value,
};

const MEANING: Readonly<Record<FieldType, string>> = {
  string: "text",
  number: "a number",
  integer: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  unknown: "something else",
};

/** A value as the field takes it. Throws 400, naming `name`, for one that it does not. */
export function coerce(value: unknown, field: Field, name: string): unknown {
  const read = readValue(value, field);
  if (read !== undefined) return read;
  const words = field.enum?.slice(0, 12).join(", ");
  const wanted = words ? `one of ${words}` : MEANING[field.type];
  throw invalidRequest(`Invalid ${name}: it must be ${wanted}.`, name);
}

/** The defaults that the endpoint has a field for and takes: a chain's endpoints differ in both. */
export function fitDefaults(
  defaults: Readonly<Record<string, unknown>>,
  { input }: Endpoint,
): Record<string, unknown> {
  const fitted: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(defaults)) {
    const field = Object.hasOwn(input, name) ? input[name] : undefined;
    const read = field && !NEVER.has(name) ? readValue(value, field) : undefined;
    if (read !== undefined) fitted[name] = read;
  }
  return fitted;
}

function readValue(value: unknown, field: Field): unknown {
  if (field.objectToo && isRecord(value)) return value;
  if (field.type === "array" && field.media && typeof value === "string") return [value];
  const read = READERS[field.type](value);
  if (read === undefined || !field.enum || field.open) return read;
  const wanted = String(read).toLowerCase();
  return field.enum.find((member) => member.toLowerCase() === wanted);
}

function ofType(type: "string" | "boolean", value: unknown) {
  return typeof value === type ? value : undefined;
}

function finite(value: unknown) {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

function whole(number: number | undefined) {
  return number !== undefined && Number.isInteger(number) ? number : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
