/** The OpenAI-compatible base of the router: chat completions, responses and embeddings. */
import { answer } from "./answer.ts";
import { bill } from "./bill.ts";
import { type Call, type Fields, isFields } from "./call.ts";
import { chunks, completion, errorChunk } from "./chat.ts";
import { readChat, readResponse } from "./conversation.ts";
import { embeddings } from "./embeddings.ts";
import { listed } from "./endpoint.ts";
import { type Fault, tooManyRequests } from "./fault.ts";
import { type Fal } from "./fal.ts";
import { sendFrames } from "./frames.ts";
import { type Marker, takeMarker, times } from "./marker.ts";
import { findModel } from "./model.ts";
import { cut, detail, fail, ingress, json } from "./reply.ts";
import { response, responseEvents } from "./responses.ts";
import type { Outcome, Work } from "./work.ts";

export async function openaiHost(fal: Fal, call: Call, key: string, path: string) {
  const model = findModel(path, fal.settings);
  const closed = path.endsWith("/responses") && fal.settings.noResponses;
  if (typeof model !== "object" || closed) return refuse(404, "Not Found");
  if (call.method !== "POST") return detail(405, "Method Not Allowed");
  const { seen: input, marker } = takeMarker(call.body ?? {});
  if (!isFields(input)) return refuse(400, "Invalid JSON body");
  const once = `${key} ${path} ${JSON.stringify(call.body)}`;
  const spoiled = spoil(fal, marker, once);
  if (spoiled) return spoiled;

  const { id, origin } = call;
  const work: Work = { model, endpoint: path, input, marker, key, id, origin };
  const wrong = marker.has("error") ? undefined : wrongWith(fal, path, input);
  if (wrong) return fail(wrong);
  const running = fal.queue.direct(work);
  if (!running) return fail(tooManyRequests());
  const settled = running.then((outcome) => {
    bill(fal, work, outcome);
    return outcome;
  });
  const streams = input["stream"] === true && !path.endsWith("/embeddings");
  if (streams && !marker.has("json-instead-of-stream") && !marker.has("error")) {
    return sendFrames(marker, {
      frames: settled.then(() => framesOf(work)),
      error: `data: ${JSON.stringify(errorChunk(id, String(input["model"])))}\n\n`,
      pause: fal.settings.chunkTime ?? 5,
    });
  }
  const outcome = await settled;
  if (outcome.fault) return fail(outcome.fault);
  return json(200, outcome.output, { "X-Fal-Billable-Units": String(outcome.units) });
}

/** The whole answer; also what these endpoints give through the queue. */
export function answerOpenAI(fal: Fal, work: Work): Outcome {
  const { endpoint, input, marker, id } = work;
  const wrong = wrongWith(fal, endpoint, input);
  if (wrong) return { fault: wrong, early: true };
  const model = String(input["model"]);
  if (endpoint.endsWith("/embeddings")) {
    const output = embeddings(input)!;
    return { output, units: (output["usage"] as { total_tokens: number }).total_tokens / 1e6 };
  }
  const made = answer(conversationOf(endpoint, input), marker, input);
  const units = (made.usage.prompt + made.usage.completion) / 1e6;
  const responds = endpoint.endsWith("/responses");
  const output = responds ? response(made, id, model, input) : completion(made, id, model);
  return { output, units };
}

function conversationOf(endpoint: string, input: Fields) {
  return endpoint.endsWith("/responses") ? readResponse(input) : readChat(input);
}

function framesOf({ endpoint, input, marker, id }: Work): string[] {
  const made = answer(conversationOf(endpoint, input), marker, input);
  const model = String(input["model"]);
  if (endpoint.endsWith("/responses")) {
    const events = responseEvents(made, id, model, input);
    const frames = events.map((event) => `event: ${String(event["type"])}\n${frame(event)}`);
    return [...frames, "data: [DONE]\n\n"];
  }
  const { stream_options, usage } = input;
  const counted =
    (isFields(stream_options) && stream_options["include_usage"] === true) ||
    (isFields(usage) && usage["include"] === true);
  return [...chunks(made, id, model, counted).map(frame), "data: [DONE]\n\n"];
}

function frame(event: Fields): string {
  return `data: ${JSON.stringify(event)}\n\n`;
}

/** OpenRouter's form of an error. */
function openRouterFault(status: number, message: string): Fault {
  const body = { error: { message, code: status } };
  return { type: "openrouter", status, message, body, headers: {} };
}

function refuse(status: number, message: string) {
  return fail(openRouterFault(status, message));
}

function wrongWith(fal: Fal, endpoint: string, input: Fields): Fault | undefined {
  const { model, messages } = input;
  if (model === undefined) return openRouterFault(400, "No models provided");
  if (typeof model !== "string" || !/^[\w.~-]+\/[\w.:@-]+$/.test(model)) {
    return openRouterFault(400, `${String(model)} is not a valid model ID`);
  }
  if (model.startsWith("unknown/") || listed(model, fal.settings.retired)) {
    return openRouterFault(404, `No endpoints found for ${model}.`);
  }
  if (endpoint.endsWith("/embeddings")) {
    const empty = input["input"] === undefined || [input["input"]].flat().length === 0;
    return empty ? openRouterFault(400, "Input is required") : undefined;
  }
  if (endpoint.endsWith("/responses")) {
    return input["input"] === undefined ? openRouterFault(400, "Input is required") : undefined;
  }
  if (Array.isArray(messages) && messages.length) return undefined;
  return openRouterFault(400, 'Input required: specify "prompt" or "messages"');
}

const messages: Readonly<Record<number, string>> = {
  400: "Provider returned error",
  401: "No auth credentials found",
  402: "Insufficient credits",
  403: "Your chosen model requires moderation and your input was flagged",
  408: "Request timed out",
  429: "Rate limit exceeded",
  500: "Internal Server Error",
};

/** The answers that a marker puts in place of the model's. */
function spoil(fal: Fal, marker: Marker, once: string): Response | undefined {
  const [code = "", count] = times(marker.get("status") ?? "");
  const status = Number(code);
  if (status >= 400 && status < 600 && fal.tally.within(`status ${once}`, count)) {
    const bare = status >= 502 && status <= 504;
    return bare ? ingress(status) : refuse(status, messages[status] ?? "Provider returned error");
  }
  if (marker.has("200-error")) {
    return json(200, { error: { message: "Provider returned error", code: 502 } });
  }
  const [where = "", cuts = 1] = times(marker.get("drop") ?? "");
  return where && fal.tally.within(`drop ${once}`, cuts) ? cut() : undefined;
}
