/** How a JSON body comes to its route: bounded, and with null for absent at its top level. */
import { readJson, withoutNulls } from "./body.ts";

type Reader = (context: { request: Request }) => Promise<unknown>;

/**
 * For a route's `parse`. The function reads the body; the word after it is what the documentation
 * shows as the content type.
 */
export function jsonBody(limit: number): [Reader, "json"] {
  return [async ({ request }) => withoutNulls(await readJson(request, limit)), "json"];
}
