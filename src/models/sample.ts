/** Values that a field takes: for trying what a model makes of a request. */
import { ApiError } from "../openai/error.ts";
import type { Endpoint, Field } from "./catalog.ts";
import type { Fitted } from "./fit/request.ts";

/** How many fields of its own a model may ask for, one after the other. */
const ASKED = 5;

/** What a client would write for a field that is the model's own. */
export function sample(field: Field): unknown {
  if (field.enum) return field.enum[0];
  if (field.type === "array") return field.items ? [sample(field.items)] : [];
  if (field.type === "object") {
    const members = Object.entries(field.fields ?? {}).filter(([, member]) => member.required);
    return Object.fromEntries(members.map(([name, member]) => [name, sample(member)]));
  }
  if (field.type === "boolean") return true;
  return field.type === "string" || field.type === "unknown" ? "x" : 1;
}

/** The input of a request, with whatever the model needs besides; nothing where it cannot be asked. */
export function tried(
  fit: (extra: Record<string, unknown>) => Fitted,
  { input }: Endpoint,
): { input: Record<string, unknown>; calls: number; extra: readonly string[] } | undefined {
  const extra: Record<string, unknown> = {};
  for (let asked = 0; asked < ASKED; asked += 1) {
    try {
      const { calls } = fit(extra);
      return { input: calls[0]!.input, calls: calls.length, extra: Object.keys(extra) };
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      const field = input[error.param ?? ""];
      if (!field?.required || error.param! in extra) return undefined;
      extra[error.param!] = sample(field);
    }
  }
  return undefined;
}
