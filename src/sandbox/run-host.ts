/** fal.run: one call, one answer, no queue; and `/stream`. */
import { bill } from "./bill.ts";
import { type Call, isFields } from "./call.ts";
import { aliasOf } from "./endpoint.ts";
import { tooManyRequests } from "./fault.ts";
import { type Fal, noApplication, spender } from "./fal.ts";
import { takeMarker, times } from "./marker.ts";
import { findModel } from "./model.ts";
import { openaiHost } from "./openai-host.ts";
import { malformed, refused } from "./queue-host.ts";
import { cut, detail, fail, json } from "./reply.ts";
import { streamOutput } from "./run-stream.ts";
import type { Work } from "./work.ts";

export async function runHost(fal: Fal, call: Call): Promise<Response> {
  const whole = call.path.slice(1);
  // The JavaScript client streams from a browser with a token in place of the key.
  const token = call.query.get("fal_jwt_token");
  const tokenKey = token ? fal.tokens.keyOf(token) : undefined;
  const key = tokenKey ?? spender(fal, call, aliasOf(whole));
  if (typeof key !== "string") return key;
  if (whole.startsWith("openrouter/router/openai/v1")) return openaiHost(fal, call, key, whole);

  const streamed = whole.endsWith("/stream");
  const endpoint = streamed ? whole.slice(0, -"/stream".length) : whole;
  const model = findModel(endpoint, fal.settings);
  if (!model) return noApplication(endpoint);
  if (call.method !== "POST") return detail(405, "Method Not Allowed");
  const { seen, marker } = takeMarker(call.body ?? {});
  if (!isFields(seen)) return fail(malformed(call));
  const once = `${key} ${whole} ${JSON.stringify(call.body)}`;
  const refusal = refused(fal, marker, once, seen);
  if (refusal) return refusal;
  const [where, count = 1] = times(marker.get("drop") ?? "");
  const dropped = fal.tally.within(`drop ${once}`, where ? count : 0) ? where : "";
  if (dropped === "submit-before") return cut();

  const { id, origin } = call;
  const work: Work = { model, endpoint, input: seen, marker, key, id, origin };
  const running = fal.queue.direct(work);
  if (!running) return fail(tooManyRequests());
  const settled = running.then((outcome) => {
    bill(fal, work, outcome);
    return outcome;
  });
  if (streamed) return streamOutput(fal, work, settled, dropped !== "");
  const outcome = await settled;
  if (dropped) return cut();
  if (outcome.fault) return fail(outcome.fault);
  return json(200, outcome.output, { "X-Fal-Billable-Units": String(outcome.units) });
}
