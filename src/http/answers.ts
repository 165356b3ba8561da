/** A route's requests and answers in words of OpenAPI, for its `detail`. */
import type { TSchema } from "@sinclair/typebox";
import { failure, type Worded } from "./failures.ts";

/** By name, as the page offers them. */
export type Examples = Readonly<Record<string, unknown>>;

export interface Success {
  examples?: Examples;
  /** The same as server-sent events: a piece of such a stream. */
  events?: string;
  /** The same as a table: the beginning of one. */
  csv?: string;
  /** How failures are told, where that is not OpenAI's error alone. */
  worded?: Worded;
}

/** The answers of a route: what it gives, and OpenAI's error for each status it may fail with. */
export function answers(schema: TSchema, failures: readonly number[], success: Success = {}) {
  const { description = "OK", ...shape } = schema;
  const { examples, events, csv, worded } = success;
  const content = {
    "application/json": { schema: shape, ...(examples && { examples: valued(examples) }) },
    ...(events && {
      "text/event-stream": {
        schema: { type: "string" as const },
        examples: valued({ Stream: events }),
      },
    }),
    ...(csv && {
      "text/csv": { schema: { type: "string" as const }, examples: valued({ Table: csv }) },
    }),
  };
  const failed = failures.map((status) => [status, failure(status, worded)] as const);
  return { 200: { description, content }, ...Object.fromEntries(failed) };
}

/** Where the examples of a request wait until the document is tidied: the generator has no place for them. */
export const REQUESTS = "x-requests";

/** The named examples of a route's request: spread it into the route's `detail`. */
export function requests(examples: Examples): object {
  return { [REQUESTS]: valued(examples) };
}

function valued(examples: Examples) {
  return Object.fromEntries(Object.entries(examples).map(([name, value]) => [name, { value }]));
}
