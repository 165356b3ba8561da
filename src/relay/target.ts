/** What a fal URL asks for: its path, read once and strictly, before anything is sent anywhere. */

export type Operation =
  "submit" | "status" | "status-stream" | "result" | "cancel" | "run" | "run-stream";

export interface Target {
  operation: Operation;
  /** The full endpoint id of a call, the application of a request. */
  id: string;
  /** Of status, result and cancel. */
  requestId?: string;
}

/** Which of fal's hosts a path stands under. */
export type Host = "queue" | "run";

const SEGMENT = /^[A-Za-z0-9_][\w.~-]*$/;
const REQUEST_ID = /^[\w-]{1,128}$/;

/** What follows `/requests/{id}`, by method. fal's documentation writes `/response` too. */
const REQUEST_OPERATIONS: Readonly<Record<string, Operation>> = {
  "GET ": "result",
  "GET /response": "result",
  "GET /status": "status",
  "GET /status/stream": "status-stream",
  "POST /status": "status",
  "PUT /cancel": "cancel",
  "POST /cancel": "cancel",
};

/**
 * Reads `/{owner}/{app…}` and `/{owner}/{app…}/requests/{id}[/…]`. Nothing for a path that is none:
 * too short, with an encoded slash, a dot segment, an odd character or a method that it has not.
 * `rename` turns an alias into a full id.
 */
export function readTarget(
  method: string,
  path: string,
  host: Host,
  rename: (name: string) => string | undefined,
): Target | undefined {
  const [, before, requestId, after = ""] =
    /^\/(.+?)\/requests\/([^/]+)((?:\/[a-z]+)*)\/?$/.exec(path) ?? [];
  if (before !== undefined && requestId !== undefined) {
    const operation = REQUEST_OPERATIONS[`${method} ${after}`];
    const id = endpointId(before, rename);
    const sane = operation && id && host === "queue" && REQUEST_ID.test(requestId);
    return sane ? { operation, id, requestId } : undefined;
  }
  const id = endpointId(path.slice(1).replace(/\/$/, ""), rename);
  if (!id || method !== "POST") return undefined;
  if (id.endsWith("/stream")) return { operation: "run-stream", id };
  return { operation: host === "queue" ? "submit" : "run", id };
}

/** An alias may hold spaces, percent-encoded; an id holds nothing that would need encoding. */
function endpointId(
  path: string,
  rename: (name: string) => string | undefined,
): string | undefined {
  const alias = rename(decoded(path));
  const id = alias ?? path;
  const segments = id.split("/");
  const sane = segments.length >= 2 && segments.every((segment) => SEGMENT.test(segment));
  return sane && !segments.includes("..") ? id : undefined;
}

function decoded(path: string): string {
  if (/%2f|%5c/i.test(path)) return path;
  try {
    return decodeURIComponent(path);
  } catch {
    return path; // No alias, and as an id it is refused for its percent sign.
  }
}
