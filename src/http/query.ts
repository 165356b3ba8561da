/** A query whose numbers are held against a schema: Elysia reads them, but names none that is refused. */
import type { Static, TObject } from "@sinclair/typebox";
import { checked } from "./check.ts";
import { typed } from "./form.ts";

/** Throws what Elysia throws for a query that does not fit. The last of several of a name counts. */
export function readQuery<T extends TObject>({ url }: Request, schema: T): Static<T> {
  const given = Object.fromEntries(new URL(url).searchParams);
  const known = Object.entries(given).filter(([name]) => Object.hasOwn(schema.properties, name));
  return checked(schema, typed(Object.fromEntries(known), schema), "query");
}

/** The same for a route's `detail`. */
export function queryParameters({ properties, required = [] }: TObject) {
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: "query", required: required.includes(name), description },
    schema: schema as object,
  }));
}
