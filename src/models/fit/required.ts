/** The last look at an input: is there anything that the endpoint cannot do without? */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import type { ClientsWords } from "./clients-words.ts";

/** Said by the number of calls, not by the request. */
const GIVEN_LATER = new Set(["num_images"]);

/** The fields that an endpoint requires and an input lacks. */
export function unmet(
  input: Readonly<Record<string, unknown>>,
  endpoint: Endpoint,
): readonly string[] {
  return Object.entries(endpoint.input)
    .filter(([name, field]) => field.required && !GIVEN_LATER.has(name))
    .map(([name]) => name)
    .filter((name) => input[name] === undefined);
}

/** 400 for a prompt that is empty or not there; `purpose`: "what to draw". */
export const withoutPrompt = (purpose: string) =>
  invalidRequest(`Give a prompt that says ${purpose}.`, "prompt", "missing_required_parameter");

/** Throws 400, naming it as the client writes it, for a required field that nothing gave. */
export function requireFields(
  input: Readonly<Record<string, unknown>>,
  endpoint: Endpoint,
  words: ClientsWords,
): void {
  const [name] = unmet(input, endpoint);
  if (name === undefined) return;
  const wanted = Object.hasOwn(words, name) ? words[name]! : name;
  const members = endpoint.input[name]?.enum?.slice(0, 12).join(", ");
  const choice = members ? `: one of ${members}` : "";
  throw invalidRequest(`The model ${endpoint.id} needs ${wanted}${choice}.`, wanted);
}
