/** WebSockets: fal's realtime applications under falgate's address, `/{app}/realtime`. */
import { permitModel } from "../accounts/permission.ts";
import { admitted, type Principal } from "../accounts/principal.ts";
import { trace } from "../http/trace.ts";
import type { Handlers } from "../native/bridge.ts";
import { refused } from "../native/fault.ts";
import { take } from "../native/query.ts";
import { buyerOf } from "./buyer.ts";
import type { Deps } from "./deps.ts";
import { isNative } from "./native-path.ts";

/** Browsers cannot send headers with a WebSocket: fal's clients put what they have here. */
const TOKEN = "fal_jwt_token";
const HEADERS = ["authorization", "x-api-key", "api-key"];

const PATH = /^(?:\/run)?\/(.+)\/realtime\/?$/;
/** A full id in plain characters: no dot segment, and nothing that is encoded. */
const ID = /^\w[\w.~-]*(\/\w[\w.~-]*)+$/;

export interface RealtimeRoute {
  /** Who opens a socket with what stands in its query; nothing where a header says it. */
  callerOf(request: Request): Principal | undefined;
  /** The answer to a request that wants to become a socket; nothing for any other. */
  upgrade(request: Request, path: string): Response | undefined;
}

/** Makes a socket of a request, whose handlers are called from then on. False: it is none. */
export type Become = (request: Request, handlers: Handlers) => boolean;

export function realtime(deps: Deps, become: Become): RealtimeRoute {
  const { accounts, dictionary, realtime, realtimeTokens } = deps;
  const { keyring } = accounts;
  const wants = (request: Request) =>
    request.headers.get("upgrade")?.toLowerCase() === "websocket" && request.method === "GET";

  return {
    callerOf(request) {
      if (!wants(request) || HEADERS.some((name) => request.headers.has(name))) return undefined;
      const { value: token } = take(new URL(request.url).search, TOKEN);
      if (token === undefined) return undefined;
      const holder = realtimeTokens.holderOf(token);
      // A token is as good as the key that it was asked for with.
      if (holder) return keyring.byId(holder.id) ?? keyring.identify(request);
      const headers = { authorization: `Bearer ${token}` };
      return keyring.identify(new Request(request.url, { headers }));
    },

    upgrade(request, path) {
      const [, name] = PATH.exec(path) ?? [];
      if (name === undefined || !isNative(path) || !wants(request)) return undefined;
      const id = dictionary.alias(name)?.endpoints[0] ?? name;
      if (!ID.test(id)) return refused(404, `There is no ${path} here.`);
      permitModel(admitted(request), { id: name, endpoints: [{ id }] });
      const { search, value } = take(new URL(request.url).search, TOKEN);
      const traced = trace(request);
      const { promise: ended, resolve } = Promise.withResolvers<void>();
      const buyer = buyerOf(request, name);
      const line = { id, path: "/realtime", search, ended: resolve, buyer };
      const issued = value !== undefined && realtimeTokens.holderOf(value) !== undefined;
      const bridge = realtime.bridge({ ...line, token: issued ? value : undefined });
      traced.model = id;
      traced.ended = ended;
      if (become(request, bridge)) return new Response(null, { status: 101 });
      bridge.end(1001, "");
      return refused(400, "This is no WebSocket handshake.");
    },
  };
}
