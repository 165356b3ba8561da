/** Failures in fal's own form, for clients that speak fal. */

/**
 * fal's error body as it came, with a top-level `message` besides: the JavaScript client and the AI
 * SDK show that and nothing else (fal-js, `response.ts`). It is added behind fal's own words, which
 * are not written anew.
 */
export function withMessage(text: string): string {
  const body = parse(text);
  if (!body || typeof body.message === "string") return text;
  const message = words(body);
  if (message === undefined) return text;
  if ("message" in body) return JSON.stringify({ ...body, message });
  const comma = Object.keys(body).length > 0 ? "," : "";
  const open = text.trimEnd().slice(0, -1).trimEnd();
  return `${open}${comma}"message":${JSON.stringify(message)}}`;
}

function words({ detail, error, status }: Record<string, unknown>): string | undefined {
  if (typeof detail === "string") return detail;
  if (Array.isArray(detail)) {
    const said = detail.map((fault: { loc?: unknown[]; msg?: unknown }) =>
      [Array.isArray(fault?.loc) ? fault.loc.join(".") : "", fault?.msg].filter(Boolean).join(": "),
    );
    return said.join("; ");
  }
  if (typeof error === "string") return error;
  return typeof status === "string" ? status.toLowerCase().replaceAll("_", " ") : undefined;
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const object = typeof value === "object" && value !== null && !Array.isArray(value);
    return object ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined; // An ingress answers in HTML, which passes as it is.
  }
}

/** A refusal of falgate's own on a route that speaks fal. */
export function refused(status: number, message: string): Response {
  return Response.json({ detail: message, message }, { status });
}

/** A path that is somebody's, and not to be asked this way. */
export function notAllowed(method: string, path: string): Response {
  return refused(405, `${method} is not allowed on ${path}.`);
}

/** A query's value that will not do, as fal tells of one. */
export function badQuery(name: string, msg: string): Response {
  const detail = [{ loc: ["query", name], msg, type: "value_error" }];
  return Response.json({ detail, message: `${name} ${msg}` }, { status: 422 });
}

/** fal's answer for a request that it does not know, or that is not the asker's. */
export function notFound(): Response {
  return Response.json({ status: "NOT_FOUND", message: "not found" }, { status: 404 });
}

/** fal's answer to the cancellation of a request that is over. */
export function alreadyCompleted(): Response {
  const body = { status: "ALREADY_COMPLETED", message: "already completed" };
  return Response.json(body, { status: 400 });
}
