/** An answer as OpenAI's chat completion, whole or in chunks, with what OpenRouter adds. */
import { type Answer, tokenPrice } from "./answer.ts";
import type { Fields } from "./call.ts";

export function usageOf({ usage }: Answer) {
  const total = usage.prompt + usage.completion;
  return {
    prompt_tokens: usage.prompt,
    completion_tokens: usage.completion,
    total_tokens: total,
    cost: total * tokenPrice,
    prompt_tokens_details: { cached_tokens: 0 },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

/** `openai/gpt-4o` is served by `OpenAI`. */
export function providerOf(model: string): string {
  const vendor = model.split("/")[0]!;
  const known: Readonly<Record<string, string>> = {
    openai: "OpenAI",
    anthropic: "Anthropic",
    google: "Google AI Studio",
    "meta-llama": "Together",
    deepseek: "DeepSeek",
    moonshotai: "Moonshot AI",
  };
  return known[vendor] ?? vendor;
}

function headOf(id: string, model: string, object: string) {
  const created = Math.floor(Date.now() / 1000);
  return {
    id: `gen-${created}-${id.slice(0, 8)}`,
    provider: providerOf(model),
    model,
    object,
    created,
  };
}

export function completion(answer: Answer, id: string, model: string): Fields {
  const { tokens, reasoning, calls, finish } = answer;
  const content = calls.length ? null : tokens.join("");
  const message = {
    role: "assistant",
    content,
    refusal: null,
    reasoning: reasoning ?? null,
    ...(calls.length && {
      tool_calls: calls.map((call, index) => ({
        index,
        id: call.id,
        type: "function",
        function: { name: call.name, arguments: call.arguments },
      })),
    }),
  };
  return {
    ...headOf(id, model, "chat.completion"),
    choices: [
      { logprobs: null, finish_reason: finish, native_finish_reason: finish, index: 0, message },
    ],
    system_fingerprint: null,
    usage: usageOf(answer),
  };
}

/** `usage` adds the last chunk, that of `stream_options.include_usage`. */
export function chunks(answer: Answer, id: string, model: string, usage: boolean): Fields[] {
  const head = headOf(id, model, "chat.completion.chunk");
  const chunk = (delta: Fields, finish: string | null = null): Fields => ({
    ...head,
    choices: [
      {
        index: 0,
        delta: { role: "assistant", ...delta },
        finish_reason: finish,
        native_finish_reason: finish,
        logprobs: null,
      },
    ],
  });
  const { tokens, reasoning, calls, finish } = answer;
  const thought = reasoning?.match(/\s*\S+/g) ?? [];
  const called = calls.flatMap((call, index) => [
    chunk({
      content: null,
      tool_calls: [
        { index, id: call.id, type: "function", function: { name: call.name, arguments: "" } },
      ],
    }),
    ...(call.arguments.match(/[^]{1,12}/g) ?? []).map((piece) =>
      chunk({
        content: null,
        tool_calls: [{ index, type: "function", function: { arguments: piece } }],
      }),
    ),
  ]);
  return [
    ...thought.map((piece) => chunk({ content: "", reasoning: piece })),
    ...tokens.map((content) => chunk({ content })),
    ...called,
    chunk({ content: "" }, finish),
    ...(usage ? [{ ...head, choices: [], usage: usageOf(answer) }] : []),
  ];
}

/** OpenRouter's way to fail after the status was sent. */
export function errorChunk(id: string, model: string): Fields {
  return {
    ...headOf(id, model, "chat.completion.chunk"),
    error: { code: 502, message: "Provider disconnected unexpectedly" },
    choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
  };
}
