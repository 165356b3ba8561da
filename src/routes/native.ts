/** fal's own API under falgate's address: `/{owner}/{app…}`, `/queue/…`, `/run/…`. */
import { Elysia, NotFoundError } from "elysia";
import { permitModel } from "../accounts/permission.ts";
import { admitted } from "../accounts/principal.ts";
import { followed } from "../http/followed.ts";
import { eventStream } from "../http/stream.ts";
import { trace } from "../http/trace.ts";
import { bodyOf } from "../native/body.ts";
import { endpointOf } from "../native/buying.ts";
import { notAllowed, notFound, refused } from "../native/fault.ts";
import type { Caller } from "../native/caller.ts";
import { type Host, readTarget, type Target } from "../native/target.ts";
import { uploadBounds } from "./bounds.ts";
import { buyerOf } from "./buyer.ts";
import type { Deps } from "./deps.ts";
import { isNative } from "./native-path.ts";

/** A path under one of fal's hosts, as a client or the proxy protocol asks for it. */
export interface NativeCall {
  host: Host;
  method: string;
  path: string;
  search: string;
  /** Prefix of the links in the answer: what the client put before fal's own path. */
  prefix: string;
}

export type Native = (call: NativeCall, request: Request) => Promise<Response>;

/** The one way to fal's own API, whichever spelling a request came in. */
export function createNative(deps: Deps): Native {
  const { config, dictionary, native: fal, originOf } = deps;

  /** Aliases are names too; an alias of several endpoints falls back as it does elsewhere. */
  const chain = (name: string) => {
    const alias = dictionary.alias(name);
    return alias?.endpoints.length ? alias.endpoints : undefined;
  };

  function callerOf(
    { method, search, prefix }: NativeCall,
    model: string,
    request: Request,
  ): Caller {
    const { id: owner, name } = admitted(request);
    return {
      owner,
      buyer: buyerOf(request, model),
      foreign: config.foreignRequests.some((allowed) => allowed === "*" || allowed === name),
      method,
      headers: request.headers,
      search,
      base: originOf(request) + prefix,
      signal: request.signal,
    };
  }

  /** What is new must be allowed; a request that was made belongs to whoever has made it. */
  function permitTarget({ ids, requestId }: Target, path: string, request: Request): void {
    const caller = admitted(request);
    if (requestId !== undefined || !caller.limits?.models) return;
    const plain = (id: string) => id.replace(/\/stream$/, "");
    const name = plain(decodeURIComponent(path.slice(1).replace(/\/$/, "")));
    permitModel(caller, { id: name, endpoints: ids.map((id) => ({ id: plain(id) })) });
  }

  const bounds = uploadBounds(config);
  const silence = config.streamKeepalive * 1000;

  async function perform(
    { operation, ids, requestId = "" }: Target,
    caller: Caller,
    from: Request,
  ) {
    if (operation === "submit") return fal.submit(ids, await bodyOf(from, bounds), caller);
    if (operation === "run" || operation === "run-stream") {
      return fal.run(ids, await bodyOf(from, bounds), caller);
    }
    const [id] = ids;
    if (operation === "status") return fal.status(requestId, id, caller);
    if (operation === "result") return fal.result(requestId, id, caller);
    if (operation === "cancel") return fal.cancel(requestId, id, caller);
    const statuses = await fal.statuses(requestId, id, caller);
    if (!statuses) return notFound();
    const headers = { "x-fal-request-id": requestId };
    return eventStream(statuses, { trace: trace(from), headers, silence });
  }

  return async (call, request) => {
    const { method, path } = call;
    const target = readTarget(call, chain);
    if (target === 404) return refused(404, `There is no ${method} ${path} here.`);
    if (target === 405) return notAllowed(method, path);
    permitTarget(target, path, request);
    const traced = trace(request);
    traced.model = target.ids[0];
    const began = performance.now();
    const response = await perform(
      target,
      callerOf(call, endpointOf(target.ids[0]), request),
      request,
    );
    traced.upstreamMs = performance.now() - began;
    // A place is taken until the last byte: fal may stream for minutes.
    const limited = admitted(request).limits?.concurrency !== undefined && !traced.ended;
    return limited ? followed(response, traced) : response;
  };
}

export function native(deps: Deps) {
  const { dictionary } = deps;
  const relayed = createNative(deps);

  const under =
    (host: Host, prefix: string) =>
    ({ request }: { request: Request }) => {
      const { pathname, search } = new URL(request.url);
      const path = pathname.slice(prefix.length);
      return relayed({ host, method: request.method, path, search, prefix }, request);
    };

  const hidden = { parse: "none", detail: { hide: true } } as const;
  return new Elysia({ tags: ["fal"] })
    .all("/queue/*", under("queue", "/queue"), hidden)
    .all("/run/*", under("run", "/run"), hidden)
    .all("/*", ({ request }) => bare(request), hidden);

  /** `/{owner}/{app…}`, or an alias alone. Anything else is no path of anybody's. */
  function bare(request: Request): Promise<Response> {
    const { pathname } = new URL(request.url);
    const alias = () => dictionary.alias(decodeURIComponent(pathname.slice(1)));
    if (!isNative(pathname) && !alias()) throw new NotFoundError();
    return under("bare", "")({ request });
  }
}
