/** `X-Fal-Queue-Priority`, which every dialect takes as fal's own API does. */
import { PRIORITIES, type Priority } from "../fal/priority.ts";
import { invalidRequest } from "../openai/error.ts";

const HEADER = "X-Fal-Queue-Priority";

/** Spread into what is asked for. Throws 400 for a word that fal does not know. */
export function priorityOf({ headers }: Request): { priority?: Priority } {
  const said = headers.get(HEADER)?.trim().toLowerCase();
  if (said === undefined || said === "") return {};
  const priority = PRIORITIES.find((each) => each === said);
  if (priority) return { priority };
  throw invalidRequest(`'${HEADER}' must be ${PRIORITIES.join(" or ")}.`, HEADER);
}
