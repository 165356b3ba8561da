/** `n` pictures as calls: one with `num_images`, or several where the model gives fewer at once. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import { limitsOf } from "../limits.ts";

const MOST = 10;

/** How many pictures are asked for. Throws 400, naming `param`, unless it is a whole number of 1 to 10. */
export function countPictures(n: unknown, param = "n"): number {
  if (n === undefined || n === null) return 1;
  if (typeof n === "number" && Number.isInteger(n) && n >= 1 && n <= MOST) return n;
  throw invalidRequest(`Invalid ${param}: ask for 1 to ${MOST} pictures.`, param);
}

/** The pictures of each call; they add up to `count`. */
export function share(count: number, endpoint: Endpoint): number[] {
  const most = endpoint.input.num_images ? limitsOf(endpoint.id).pictures : 1;
  const calls = Math.ceil(count / most);
  return Array.from({ length: calls }, (_, call) => Math.min(most, count - call * most));
}

/** What one call adds to the input: how many, and a seed that differs from the other calls' pictures. */
export function callInput(
  input: Readonly<Record<string, unknown>>,
  pictures: number,
  before: number,
  endpoint: Endpoint,
): Record<string, unknown> {
  const seed = typeof input.seed === "number" && before > 0 ? { seed: input.seed + before } : {};
  const count = endpoint.input.num_images ? { num_images: pictures } : {};
  return { ...input, ...seed, ...count };
}
