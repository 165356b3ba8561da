/** Everything one emulated fal holds, handed to whoever answers a call. */
import { aliasOf, appOf } from "./endpoint.ts";
import { keyOf, lockOf, type Refusal } from "./auth.ts";
import type { Call } from "./call.ts";
import type { History } from "./history.ts";
import type { Ledger } from "./ledger.ts";
import type { Settings } from "./options.ts";
import type { Queue } from "./queue.ts";
import { detail } from "./reply.ts";
import type { Tally } from "./tally.ts";
import type { Tokens } from "./token.ts";
import type { Uploads } from "./upload.ts";

export interface Fal {
  settings: Settings;
  readonly queue: Queue;
  readonly history: History;
  readonly ledger: Ledger;
  readonly tally: Tally;
  readonly tokens: Tokens;
  readonly uploads: Uploads;
}

/** The key of a call that may read. */
export function reader(fal: Fal, call: Call, app: string): string | Response {
  return answer(keyOf(call.request.headers, fal.settings, app));
}

/** The key of a call that may also spend. */
export function spender(fal: Fal, call: Call, app: string): string | Response {
  const key = reader(fal, call, app);
  if (typeof key !== "string") return key;
  return answer(lockOf(key, fal.settings) ?? key);
}

function answer(key: string | Refusal): string | Response {
  return typeof key === "string" ? key : detail(key.status, key.detail);
}

export function noApplication(id: string): Response {
  const name = appOf(id) === id || id.includes("/") ? aliasOf(id) : id;
  return detail(404, `Application "${name}" not found`);
}
