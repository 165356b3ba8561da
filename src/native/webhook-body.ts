/** What a webhook tells: fal's own body, made from what was kept of a request. */
import type { FalRequest } from "../store/request.ts";

/**
 * fal's webhook body (docs.fal.ai, "Webhooks"). The payload is fal's own text, digit for digit; one
 * that is not JSON is told as fal tells it, with null and a `payload_error`.
 */
export function webhookBody({ requestId, result }: FalRequest): string {
  const { status, body, headers } = result ?? LOST;
  const ids = {
    request_id: requestId,
    gateway_request_id: headers["x-fal-request-id"] ?? requestId,
  };
  const outcome =
    status < 400 ? { status: "OK" } : { status: "ERROR", error: `Invalid status code: ${status}` };
  const broken = isJson(body) ? {} : { payload_error: "Response payload is not JSON" };
  const open = JSON.stringify({ ...ids, ...outcome, ...broken }).slice(0, -1);
  return `${open},"payload":${isJson(body) ? body : "null"}}`;
}

/** fal's answer for a request that it does not know any more. */
const LOST = { status: 404, body: '{"status":"NOT_FOUND"}', headers: {} as Record<string, string> };

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
