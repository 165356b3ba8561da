/** Why a task ended without a video, as every relay tells it. */
import { type Static, Type } from "@sinclair/typebox";
import type { Task } from "../generation/task.ts";

const word = () => Type.Union([Type.String(), Type.Null()]);

export const Failure = Type.Object(
  { message: Type.String(), type: Type.String(), param: word(), code: word() },
  { description: "Why there is no video." },
);
export type Failure = Static<typeof Failure>;

const CANCELLED: Failure = {
  message: "The generation was cancelled.",
  type: "invalid_request_error",
  param: null,
  code: "cancelled",
};

/** Nothing where there is a video, or may still be one. */
export function failureOf({ state, error, media }: Task): Failure | undefined {
  if (state === "cancelled") return media.length > 0 ? undefined : CANCELLED;
  if (state !== "failed" || !error) return undefined;
  const { message, type, param, code } = error;
  return { message, type, param, code };
}
