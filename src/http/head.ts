/** How long a request's head may be: longer than any client needs, shorter than would hurt. */
import { ApiError } from "../openai/error.ts";

/** Bytes that are read at all. Beyond it the runtime refuses by itself, without a body. */
export const READ = 128 * 1024;

/** Characters of the address, and of all headers together. */
const LIMIT = 32 * 1024;

/** Throws 431 for a longer one: nobody beyond would take it, and nothing of it is passed on. */
export function checkHead({ url, headers }: Request): void {
  let size = url.length;
  // Half the cost of iterating, and every request pays it.
  const all = headers.toJSON();
  for (const name in all) size += name.length + all[name]!.length;
  if (size <= LIMIT) return;
  const message = `The request's address and headers are longer than ${LIMIT / 1024} KB.`;
  throw new ApiError(431, message, "invalid_request_error", { code: "headers_too_large" });
}
