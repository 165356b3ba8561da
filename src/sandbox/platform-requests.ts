/** `GET /v1/models/requests/by-endpoint`: what a key has asked an endpoint for. */
import type { Call } from "./call.ts";
import type { Fal } from "./fal.ts";
import { fault, named, pageOf } from "./platform-query.ts";
import { json } from "./reply.ts";

const day = 24 * 60 * 60_000;

export function requestsByEndpoint(fal: Fal, call: Call, key: string): Response {
  const { query } = call;
  const [endpoint] = named(call);
  if (!endpoint) return fault(400, "validation_error", "endpoint_id is required");
  const now = Date.now();
  const from = time(query.get("start"), now - day);
  const to = time(query.get("end"), now + 1);
  const { page, ...next } = pageOf(fal.history.of(key, endpoint, from, to), query);
  const payloads = query.getAll("expand").includes("payloads");
  const items = page.map(({ requestId, sentAt, input }) => ({
    request_id: requestId,
    endpoint_id: endpoint,
    sent_at: new Date(sentAt).toISOString(),
    ...(payloads && input !== undefined && { json_input: input }),
  }));
  return json(200, { items, ...next });
}

function time(text: string | null, usual: number): number {
  const parsed = Date.parse(text ?? "");
  return Number.isNaN(parsed) ? usual : parsed;
}
