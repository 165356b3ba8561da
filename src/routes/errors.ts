/** A failure on its way to a client: as a response, or inside a stream that has begun. */
import { toApiError } from "../errors.ts";
import { FalError } from "../fal/error.ts";
import { withMessage } from "../native/fault.ts";
import { frame } from "../http/stream.ts";

/** OpenAI's error body under its status. */
export function renderError(thrown: unknown): Response {
  const error = toApiError(thrown);
  return Response.json(error.body(), { status: error.status, headers: error.headers });
}

/** The last event of a stream that failed: SDKs throw it as the error it describes. */
export function errorFrame(thrown: unknown): string {
  return frame("error", toApiError(thrown).body());
}

/** The same failure for a client that speaks fal: fal's own words where it has said them. */
export function renderNativeError(thrown: unknown): Response {
  const error = toApiError(thrown);
  if (thrown instanceof FalError && thrown.body && thrown.status >= 400 && thrown.status !== 401) {
    return new Response(withMessage(thrown.body), {
      status: thrown.status,
      headers: { "content-type": "application/json" },
    });
  }
  const { message } = error;
  return Response.json(
    { ...error.body(), detail: message, message },
    { status: error.status, headers: error.headers },
  );
}
