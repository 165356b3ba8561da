/** The envelope of new-api's tasks, which the Jimeng relay has too: `{code, message, data}`. */
import { type TSchema, Type } from "@sinclair/typebox";
import type { ErrorBody } from "../openai/error.ts";

export const enveloped = <T extends TSchema>(data: T, description: string) =>
  Type.Object({ code: Type.Literal("success"), message: Type.Literal(""), data }, { description });

export const success = <T>(data: T) => ({ code: "success" as const, message: "" as const, data });

/** A failure: `code` is its word. OpenAI's error stands beside, since it alone names the parameter. */
export function refusal({ error }: ErrorBody) {
  const { code, type, message } = error;
  return { code: code ?? type, message, data: null, error };
}
