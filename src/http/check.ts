/** A body that a route has read itself, held against its schema as Elysia would. */
import type { Static, TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";
import { ValidationError } from "elysia";

/** The value itself. Throws what Elysia throws for a body, or a query, that does not fit. */
export function checked<T extends TSchema>(
  schema: T,
  value: unknown,
  place: "body" | "query" = "body",
): Static<T> {
  if (Value.Check(schema, value)) return value;
  throw new ValidationError(place, schema, value);
}
