/** Reading one field of what a client sent; an error names the field's path as the client wrote it. */
import { invalidRequest } from "../error.ts";
import { invalidValue, missing } from "../unfit.ts";

/** An object of a client's: an item, a content part, a tool. */
export type Fields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A text that has to be there; it may be empty. Throws 400 with the path. */
export function needText(fields: Fields, key: string, path: string): string {
  const value = fields[key];
  if (typeof value === "string") return value;
  throw wrong(`${path}.${key}`, value, "a text");
}

/** null is absent. Throws 400 with the path for anything but a text. */
export function maybeText(fields: Fields, key: string, path: string): string | undefined {
  const value = fields[key] ?? undefined;
  return value === undefined ? undefined : needText(fields, key, path);
}

/** 400: missing where it is null or absent, invalid otherwise. */
export function wrong(param: string, value: unknown, expected: string) {
  if (value === undefined || value === null) return missing(param);
  return invalidValue(param, `it must be ${expected}`);
}

/** 400 for what Responses have and chat completions have not. */
export function unsupported(param: string, message: string) {
  return invalidRequest(message, param, "unsupported_value");
}

/** The named fields that are there: an absent field stays absent, and null counts as absent. */
export function kept(fields: Fields, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(
    keys.map((key) => [key, fields[key]]).filter(([, value]) => value != null),
  );
}
