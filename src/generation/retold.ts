/** fal's word on a request's fields, retold under the names that the client has for them. */
import { type Fault, FalError } from "../fal/error.ts";
import type { ClientsWords } from "../models/fit/clients-words.ts";

/** Whatever else was thrown stays as it is. */
export function retold(error: unknown, words: ClientsWords = {}): unknown {
  if (!(error instanceof FalError) || error.faults.length === 0) return error;
  const { message, cause } = error;
  const faults = error.faults.map((fault) => renamed(fault, words));
  return Object.assign(new FalError({ ...error, message, cause, faults }), { stack: error.stack });
}

/** Parameters that hold pictures in the order in which the model gets them. */
const LISTS: ReadonlySet<string> = new Set(["image", "images", "input_reference"]);

/** `["body", "image_urls", 1]` is `image[1]`; the first, which often is the only one, just `image`. */
function renamed(fault: Fault, words: ClientsWords): Fault {
  const [place, field, index] = fault.loc;
  const param = Object.hasOwn(words, String(field)) ? words[String(field)]! : undefined;
  if (param === undefined) return fault;
  const placed = LISTS.has(param) && typeof index === "number" && index > 0;
  const name = placed ? `${param}[${index}]` : param;
  const msg = fault.msg.replaceAll(new RegExp(`\\b${field}\\b`, "g"), param);
  return { ...fault, loc: [place!, name], msg };
}
