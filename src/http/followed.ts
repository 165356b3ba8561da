/** An answer that is passed on as it comes, and whose end is known. */
import { pump } from "./stream.ts";
import type { Trace } from "./trace.ts";

/** The same answer; the trace learns when its last byte is out, or when the client has left. */
export function followed(response: Response, trace: Trace): Response {
  const { body, status, headers } = response;
  return body ? new Response(pump(body, { trace }), { status, headers }) : response;
}
