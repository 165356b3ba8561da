/** fal's realtime connections: a token for one application, and a bridge to it. */
import { aliasOf } from "../fal/endpoint.ts";
import { falError } from "../fal/error.ts";
import type { Pass } from "../fal/pass.ts";
import type { Log } from "../log.ts";
import type { Buyer, Purchases } from "../fal/purchase.ts";
import { createBridge, type Bridge, type Handlers, Refusal } from "./bridge.ts";
import { put } from "./query.ts";
import { createSocketBuying } from "./realtime-buying.ts";
import { tokenOf } from "./realtime-tokens.ts";

export interface Line {
  /** The application's full id. */
  id: string;
  /** What follows it, `/realtime` as a rule. */
  path: string;
  /** The client's query without its key. */
  search: string;
  /** A token of fal's that the client has already. */
  token?: string | undefined;
  ended?: () => void;
  /** Who pays for what is said on it. */
  buyer: Buyer;
}

export interface Realtime {
  bridge(line: Line): Handlers & Pick<Bridge, "end">;
  active(): number;
  /** Says farewell to everybody; a client connects anew, elsewhere. */
  stop(): void;
}

export interface RealtimeOptions {
  pass: Pass;
  /** Where messages are paid. */
  purchases: Purchases;
  log: Log;
  /** Bases of fal's synchronous API and of its REST API. */
  runUrl: string;
  restUrl: string;
}

/** Seconds; what fal's own client asks for. */
const LIFETIME = 120;

export function createRealtime(options: RealtimeOptions): Realtime {
  const { pass, purchases, log, runUrl, restUrl } = options;
  const base = runUrl.replace(/\/+$/, "").replace(/^http/, "ws");
  const tokens = `${restUrl.replace(/\/+$/, "")}/tokens/`;
  const active = new Set<Bridge>();

  async function tokenFor(id: string, signal: AbortSignal): Promise<string> {
    const asked = { allowed_apps: [aliasOf(id)], token_expiration: LIFETIME };
    const { response, key } = await pass({
      method: "POST",
      url: tokens,
      headers: { "content-type": "application/json", accept: "application/json" },
      body: new TextEncoder().encode(JSON.stringify(asked)),
      signal,
    });
    const text = await response.text();
    if (!response.ok) throw falError(response, text, key.name);
    const token = tokenOf(text);
    if (token !== undefined) return token;
    throw new Error("fal's answer holds no token");
  }

  /** The token says who it is: no key is shown to a socket. */
  async function addressOf({ id, path, search, token }: Line, signal: AbortSignal) {
    const shown = token ?? (await tokenFor(id, signal));
    return `${base}/${id}${path}${put(search, "fal_jwt_token", shown)}`;
  }

  return {
    bridge(line) {
      const buying = createSocketBuying(purchases, line.buyer, line.id);
      const bridge = createBridge({
        heard: buying.heard,
        address: (signal) =>
          addressOf(line, signal).catch((error: unknown) => {
            if (!signal.aborted) log.warn("no realtime token of fal's", { app: line.id, error });
            throw refusalOf(error);
          }),
        ended() {
          active.delete(bridge);
          line.ended?.();
        },
      });
      active.add(bridge);
      return { ...buying.handlers(bridge), end: bridge.end };
    },
    active: () => active.size,
    stop() {
      for (const bridge of [...active]) bridge.end(1001, "the gateway is shutting down");
    },
  };
}

/** fal's refusal of a token, in the codes that a socket can close with (RFC 6455 and IANA). */
function refusalOf(error: unknown): Refusal {
  const status = (error as { status?: unknown } | null)?.status;
  if (status === 429 || status === 503) return new Refusal(1013, "fal is busy, try again later");
  if (status === 403 || status === 404 || status === 422) {
    return new Refusal(1008, `fal refuses the application (${status})`);
  }
  return new Refusal(1011, "fal cannot be reached");
}
