/** Language models in fal's own dialect, any-llm and openrouter/router: a prompt in, `{output}` out. */
import { faultOf } from "./fault.ts";
import { amount } from "./marker.ts";
import { answerTo, ofLength, tokensOf } from "./reading.ts";
import type { Outcome, Work } from "./work.ts";

/** Dollars for one token. */
const tokenPrice = 0.000001;

export function answerPrompt({ endpoint, input, marker }: Work): Outcome {
  const { prompt, system_prompt, image_urls, audio_url, video_urls, max_tokens } = input;
  if (typeof prompt !== "string") return { fault: faultOf("missing", input) };
  const text = answerTo({
    prompt,
    ...(typeof system_prompt === "string" && system_prompt && { system: system_prompt }),
    messages: 1,
    pictures: Array.isArray(image_urls) ? image_urls.length : 0,
    attachments: [audio_url ?? [], video_urls ?? []].flat().length,
    toolResults: [],
  });
  const wanted = amount(marker.get("tokens"));
  const told = marker.get("description") ?? (wanted === undefined ? text : ofLength(text, wanted));
  const most = typeof max_tokens === "number" && max_tokens > 0 ? max_tokens : Infinity;
  const tokens = tokensOf(told).slice(0, most);
  const reasoning = input["reasoning"] === true || marker.has("reasoning");
  const asked = tokensOf(`${prompt} ${String(system_prompt ?? "")}`).length;
  const total = asked + tokens.length;
  const usage = {
    prompt_tokens: asked,
    completion_tokens: tokens.length,
    total_tokens: total,
    cost: total * tokenPrice,
  };
  const output = {
    output: tokens.join(""),
    reasoning: reasoning ? "I thought about it." : null,
    partial: false,
    error: null,
    // any-llm never told what an answer took.
    ...(endpoint.startsWith("openrouter") && { usage }),
  };
  return { output, units: total / 1_000_000 };
}
