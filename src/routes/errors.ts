/** A failure on its way to a client: as a response, or inside a stream that has begun. */
import { toApiError } from "../errors.ts";
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
