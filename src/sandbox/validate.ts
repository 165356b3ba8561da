/** Checks an input against its endpoint's fields and complains in pydantic's words. */
import { type Fields, isFields } from "./call.ts";
import type { Problem } from "./fault.ts";
import type { Field } from "./schema.ts";

type Loc = readonly (string | number)[];

/** Most pictures that one request may ask for. */
const mostPictures = 4;

export function problemsOf(input: Fields, fields: Readonly<Record<string, Field>>): Problem[] {
  const problems = check(input, fields, ["body"]);
  if (!("num_images" in fields) || typeof input["num_images"] !== "number") return problems;
  return [...problems, ...range(input["num_images"], 1, mostPictures, ["body", "num_images"])];
}

function check(input: Fields, fields: Readonly<Record<string, Field>>, loc: Loc): Problem[] {
  return Object.entries(fields).flatMap(([name, field]) => {
    const value = input[name];
    if (value === undefined && field.required) {
      return [{ type: "missing", loc: [...loc, name], msg: "Field required", input }];
    }
    // The catalogue does not tell which optional fields may be null; most may.
    if (value === undefined || (value === null && !field.required)) return [];
    return checkValue(value, field, [...loc, name]);
  });
}

function checkValue(value: unknown, field: Field, loc: Loc): Problem[] {
  if (field.objectToo) return checkUnion(value, field, loc);
  if (field.enum && !field.open) return literal(value, field.enum, loc);
  return checks[field.type](value, field, loc);
}

/** Pydantic tries each member of a union and reports them all. */
function checkUnion(value: unknown, field: Field, loc: Loc): Problem[] {
  if (isFields(value)) return check(value, field.fields ?? {}, loc);
  if (typeof value === "string" && (field.open || field.enum?.includes(value))) return [];
  const asObject = problem("model_attributes_type", [...loc, "ImageSize"], value);
  return [asObject, ...literal(value, field.enum ?? [], [...loc, "literal"])];
}

function literal(value: unknown, allowed: readonly string[], loc: Loc): Problem[] {
  // Numbers stand in the catalogue as their text.
  if (allowed.includes(typeof value === "number" ? String(value) : (value as string))) return [];
  const quoted = allowed.map((item) => `'${item}'`);
  const expected = [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)]
    .filter(Boolean)
    .join(" or ");
  const msg = `Input should be ${expected}`;
  return [{ type: "literal_error", loc, msg, input: value, ctx: { expected } }];
}

const messages = {
  string_type: "Input should be a valid string",
  int_type: "Input should be a valid integer",
  int_parsing: "Input should be a valid integer, unable to parse string as an integer",
  int_from_float: "Input should be a valid integer, got a number with a fractional part",
  float_type: "Input should be a valid number",
  float_parsing: "Input should be a valid number, unable to parse string as a number",
  bool_type: "Input should be a valid boolean",
  bool_parsing: "Input should be a valid boolean, unable to interpret input",
  list_type: "Input should be a valid list",
  model_attributes_type: "Input should be a valid dictionary or object to extract fields from",
};

function problem(type: keyof typeof messages, loc: Loc, input: unknown): Problem {
  return { type, loc, msg: messages[type], input };
}

type Check = (value: unknown, field: Field, loc: Loc) => Problem[];

/** Pydantic's lax mode: a number may come as text, a text never as a number. */
const checks: Record<Field["type"], Check> = {
  unknown: () => [],
  string: (value, _, loc) =>
    typeof value === "string" ? [] : [problem("string_type", loc, value)],
  integer(value, _, loc) {
    if (typeof value === "boolean" || Number.isInteger(value)) return [];
    if (typeof value === "number") return [problem("int_from_float", loc, value)];
    if (typeof value !== "string") return [problem("int_type", loc, value)];
    return /^\s*[+-]?\d+(\.0*)?\s*$/.test(value) ? [] : [problem("int_parsing", loc, value)];
  },
  number(value, _, loc) {
    if (typeof value === "boolean" || typeof value === "number") return [];
    if (typeof value !== "string") return [problem("float_type", loc, value)];
    const parsed = value.trim() !== "" && !Number.isNaN(Number(value));
    return parsed ? [] : [problem("float_parsing", loc, value)];
  },
  boolean(value, _, loc) {
    if (typeof value === "boolean" || value === 0 || value === 1) return [];
    if (typeof value !== "string") return [problem("bool_type", loc, value)];
    const known = ["0", "1", "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off"];
    return known.includes(value.toLowerCase()) ? [] : [problem("bool_parsing", loc, value)];
  },
  array(value, field, loc) {
    if (!Array.isArray(value)) return [problem("list_type", loc, value)];
    const { items } = field;
    return items ? value.flatMap((item, index) => checkValue(item, items, [...loc, index])) : [];
  },
  object(value, field, loc) {
    if (!isFields(value)) return [problem("model_attributes_type", loc, value)];
    return check(value, field.fields ?? {}, loc);
  },
};

function range(value: number, ge: number, le: number, loc: Loc): Problem[] {
  if (value < ge) {
    const msg = `Input should be greater than or equal to ${ge}`;
    return [{ type: "greater_than_equal", loc, msg, input: value, ctx: { ge } }];
  }
  if (value <= le) return [];
  const msg = `Input should be less than or equal to ${le}`;
  return [{ type: "less_than_equal", loc, msg, input: value, ctx: { le } }];
}
