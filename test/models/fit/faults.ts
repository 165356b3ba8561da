/** What an endpoint would refuse in an input: the judge of every walk through the catalogue. */
import type { Endpoint, Field } from "../../../src/models/catalog.ts";

/** One line a fault: a field that does not exist, a value of another type, a required field missing. */
export function faults(input: Readonly<Record<string, unknown>>, endpoint: Endpoint): string[] {
  const wrong = Object.entries(input)
    .filter(([name, value]) => !endpoint.input[name] || !accepts(endpoint.input[name], value))
    .map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  const missing = Object.entries(endpoint.input)
    .filter(([name, field]) => field.required && !(name in input))
    .map(([name]) => `${name}: missing`);
  return [...wrong, ...missing];
}

function accepts(field: Field, value: unknown): boolean {
  if (Array.isArray(value)) {
    const { items } = field;
    return field.type === "array" && (!items || value.every((entry) => accepts(items, entry)));
  }
  if (typeof value === "object" && value !== null) {
    if (!field.objectToo && field.type !== "object") return false;
    return Object.entries(value).every(
      ([name, inner]) => field.fields?.[name] && accepts(field.fields[name], inner),
    );
  }
  // Numbers stand in the catalogue as their text.
  if (field.enum && typeof value === "number") return field.enum.includes(String(value));
  if (field.enum && !field.open && !field.enum.includes(value as string)) return false;
  if (field.type === "integer") return Number.isInteger(value);
  return field.type === "unknown" || typeof value === field.type;
}
