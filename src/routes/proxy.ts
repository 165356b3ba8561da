/** `/api/fal/proxy`: fal's server-proxy protocol, for applications whose key stays on a server. */
import { Elysia } from "elysia";
import { bodyOf } from "../native/body.ts";
import { refused } from "../native/fault.ts";
import type { Host } from "../native/target.ts";
import { uploadBounds } from "./bounds.ts";
import type { Deps } from "./deps.ts";
import { createNative } from "./native.ts";
import { restCaller } from "./rest-caller.ts";

/** Where the target may point, and what stands for it here. The name in it is never asked. */
const HOSTS: Readonly<Record<string, Host | "rest">> = {
  "queue.fal.run": "queue",
  "queue.falrun.com": "queue",
  "fal.run": "run",
  "falrun.com": "run",
  "rest.fal.ai": "rest",
  "rest.alpha.fal.ai": "rest",
};

const NO_TARGET =
  "The header x-fal-target-url must hold an address of fal's: https://queue.fal.run/…, https://fal.run/… or https://rest.fal.ai/….";

export function proxy(deps: Deps) {
  const { config, rest, originOf } = deps;
  const bounds = uploadBounds(config);
  const relayed = createNative(deps);

  async function forward(request: Request): Promise<Response> {
    const target = targetOf(request.headers.get("x-fal-target-url") ?? "", originOf(request));
    if (!target) return refused(400, NO_TARGET);
    const { host, path, search } = target;
    const { method } = request;
    if (host !== "rest") return relayed({ host, method, path, search, prefix: "" }, request);
    return rest.call(
      method,
      path,
      search,
      await bodyOf(request, bounds),
      restCaller(deps, request),
    );
  }

  const hidden = { parse: "none", detail: { hide: true } } as const;
  return new Elysia({ tags: ["fal"] }).all(
    "/api/fal/proxy",
    ({ request }) => forward(request),
    hidden,
  );
}

/** What follows falgate's own address in the links of its answers: clients send those here, too. */
const LINK = /^(?:\/queue)?(\/.+\/requests\/[^?#\\]+)(\?[^#]*)?$/;

/** `https://`, a host and a path, in the plainest spelling: what could be read in two ways is refused. */
const TARGET = /^https:\/\/([a-z0-9.-]+)(\/[^?#\\]*)(\?[^#]*)?$/i;

/** A dot segment, however it is written: URL parsers resolve it before anyone has seen it. */
const DOTS = /(^|\/)(\.|%2e){1,2}(\/|$)/i;

interface Aim {
  host: Host | "rest";
  path: string;
  search: string;
}

/** One of fal's own hosts or a link of falgate's, and nothing in the URL that could lead elsewhere. */
function targetOf(given: string, base: string): Aim | undefined {
  const aim = given.startsWith(`${base}/`) ? linkOf(given.slice(base.length)) : addressOf(given);
  return aim && DOTS.test(aim.path) ? undefined : aim;
}

function linkOf(rest: string): Aim | undefined {
  const [, path, search = ""] = LINK.exec(rest) ?? [];
  return path === undefined ? undefined : { host: "queue", path, search };
}

function addressOf(given: string): Aim | undefined {
  const [, name = "", path = "", search = ""] = TARGET.exec(given) ?? [];
  const host = name.toLowerCase();
  return Object.hasOwn(HOSTS, host) ? { host: HOSTS[host]!, path, search } : undefined;
}
