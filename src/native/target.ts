/** What a fal URL asks for: its path, read once and strictly, before anything is sent anywhere. */

export type Operation =
  "submit" | "status" | "status-stream" | "result" | "cancel" | "run" | "run-stream";

export interface Target {
  operation: Operation;
  /** The endpoint, or the chain of an alias, best first; the application of a request. */
  ids: readonly [string, ...string[]];
  /** Of status, result and cancel. */
  requestId?: string;
}

/** Why a path is none: nobody's, or not to be asked this way. */
export type Unreadable = 404 | 405;

/** Which of fal's hosts a path stands under; without a prefix, the queue's and the streams of `run`. */
export type Host = "queue" | "run" | "bare";

export interface Asked {
  method: string;
  path: string;
  host: Host;
}

/** The endpoints of an alias, best first; nothing for a name that is none. */
export type Chain = (name: string) => readonly string[] | undefined;

/** At least an owner and an application, in plain characters, and no dot segment. */
const ENDPOINT = /^\w[\w.~-]*(?:\/\w[\w.~-]*)+$/;
const REQUEST = /^\/(.+?)\/requests\/([^/]+)((?:\/[a-z]+)*)\/?$/;
const REQUEST_ID = /^[\w-]{1,128}$/;

/** What follows `/requests/{id}`, and how it is asked. fal's documentation writes `/response` too. */
const REQUEST_OPERATIONS: Readonly<Record<string, Readonly<Record<string, Operation>>>> = {
  "": { GET: "result" },
  "/response": { GET: "result" },
  "/status": { GET: "status", POST: "status" },
  "/status/stream": { GET: "status-stream" },
  "/cancel": { PUT: "cancel", POST: "cancel" },
};

/** fal's own clients call an application by any of these (fal-js, `RunOptions.method`). */
const METHODS: Readonly<Record<Host, ReadonlySet<string>>> = {
  queue: new Set(["POST", "GET", "PUT", "PATCH", "DELETE"]),
  run: new Set(["POST", "GET", "PUT", "PATCH", "DELETE"]),
  bare: new Set(["POST"]),
};

/**
 * Reads `/{owner}/{app…}` and `/{owner}/{app…}/requests/{id}[/…]`. A path is nobody's when it is too
 * short, or has an encoded slash, a dot segment or an odd character.
 */
export function readTarget({ method, path, host }: Asked, chain: Chain): Target | Unreadable {
  const [, before, requestId, after = ""] = (host !== "run" && REQUEST.exec(path)) || [];
  if (before !== undefined && requestId !== undefined) {
    const ids = endpoints(before, chain);
    const operations = REQUEST_OPERATIONS[after];
    if (!ids || !operations || !REQUEST_ID.test(requestId)) return 404;
    const operation = operations[method];
    return operation ? { operation, ids, requestId } : 405;
  }
  const ids = endpoints(path.slice(1).replace(/\/$/, ""), chain);
  if (!ids) return 404;
  if (!METHODS[host].has(method)) return 405;
  if (host === "queue") return { operation: "submit", ids };
  if (ids[0].endsWith("/stream")) return { operation: "run-stream", ids };
  return { operation: host === "run" ? "run" : "submit", ids };
}

const STREAM = "/stream";

/** An alias may hold spaces, percent-encoded; an id holds nothing that would need encoding. */
function endpoints(path: string, chain: Chain): Target["ids"] | undefined {
  const name = decoded(path);
  const streamed = () =>
    name.endsWith(STREAM)
      ? chain(name.slice(0, -STREAM.length))?.map((id) => id + STREAM)
      : undefined;
  const ids = chain(name) ?? streamed() ?? [path];
  return isChain(ids) && ids.every((id) => ENDPOINT.test(id)) ? ids : undefined;
}

const isChain = (ids: readonly string[]): ids is Target["ids"] => ids.length > 0;

function decoded(path: string): string {
  if (!path.includes("%") || /%2f|%5c/i.test(path)) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // No alias, and as an id it is refused for its percent sign.
  }
}
