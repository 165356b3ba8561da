/** How a JSON body comes to its route: bounded, and as its route wants it. */
import { isForm } from "./form.ts";
import { parseJson, readText, withoutNulls } from "./body.ts";

type Reader = (context: { request: Request }) => Promise<unknown>;

/**
 * For a route's `parse`: the body with null for absent at its top level. The function reads the body; the word after it is what the documentation
 * shows as the content type.
 */
export function jsonBody(limit: number): [Reader, "json"] {
  const read: Reader = async ({ request }) =>
    withoutNulls(parseJson(await readText(request, limit), isForm(request)));
  return [read, "json"];
}

const texts = new WeakMap<Request, string>();

/** For a route that passes its body on as it came: `textOf` has what was written. */
export function passingBody(limit: number): [Reader, "json"] {
  const read: Reader = async ({ request }) => {
    const text = await readText(request, limit);
    texts.set(request, text);
    return parseJson(text, isForm(request));
  };
  return [read, "json"];
}

/**
 * The JSON text of a request whose route parses with `passingBody`; once, since a long conversation
 * must not be held for as long as its answer takes.
 */
export function textOf(request: Request): string {
  const text = texts.get(request) ?? "";
  texts.delete(request);
  return text;
}
