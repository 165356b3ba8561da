/** A response that somebody else has made, with what OpenAI's type requires and others leave out. */
import { type Fields, isFields } from "./field.ts";
import { echoed, emptyResponse } from "./object.ts";
import type { ResponseCreateParams } from "./params.ts";

/** What is there stays; the model bears the name that the client wrote. */
export function normalResponse(
  response: Fields,
  params: ResponseCreateParams & { model: string },
): Fields {
  const { usage, tools, ...given } = response;
  // Where OpenAI's type knows no null, null is absent; where it does, it stands in the empty one.
  const told = Object.entries(given).filter(([, value]) => value !== null);
  return {
    ...emptyResponse(params, "", 0),
    ...Object.fromEntries(told),
    model: params.model,
    ...(Array.isArray(tools) ? { tools: tools.map(echoed) } : {}),
    ...(isFields(usage) ? { usage: normalUsage(usage) } : {}),
  };
}

function normalUsage(usage: Fields): Fields {
  const { input_tokens_details: input, output_tokens_details: output } = usage;
  return {
    ...usage,
    input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0, ...(input as object) },
    output_tokens_details: { reasoning_tokens: 0, ...(output as object) },
  };
}
