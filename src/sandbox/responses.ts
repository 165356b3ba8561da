/** An answer as OpenAI's response, whole or as the events of its stream. */
import { type Answer, tokenPrice } from "./answer.ts";
import { type Fields, isFields } from "./call.ts";

export function response(answer: Answer, id: string, model: string, body: Fields): Fields {
  const incomplete = answer.finish === "length";
  const status = incomplete ? "incomplete" : "completed";
  return {
    ...skeleton(id, model, body),
    status,
    incomplete_details: incomplete ? { reason: "max_output_tokens" } : null,
    output: itemsOf(answer, id, status),
    usage: usageOf(answer),
  };
}

function skeleton(id: string, model: string, body: Fields): Fields {
  const text = isFields(body["text"]) ? body["text"] : {};
  return {
    id: `resp_${id.replaceAll("-", "")}`,
    object: "response",
    created_at: Math.floor(Date.now() / 1000),
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: body["instructions"] ?? null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    model,
    output: [],
    parallel_tool_calls: body["parallel_tool_calls"] ?? true,
    previous_response_id: null,
    reasoning: { effort: null, summary: null },
    store: false,
    temperature: body["temperature"] ?? 1,
    text: { format: { type: "text" }, ...text },
    tool_choice: body["tool_choice"] ?? "auto",
    tools: body["tools"] ?? [],
    top_p: body["top_p"] ?? 1,
    truncation: "disabled",
    usage: null,
    user: null,
    metadata: body["metadata"] ?? {},
  };
}

function usageOf({ usage }: Answer) {
  const total = usage.prompt + usage.completion;
  return {
    input_tokens: usage.prompt,
    input_tokens_details: { cached_tokens: 0 },
    output_tokens: usage.completion,
    output_tokens_details: { reasoning_tokens: usage.reasoning },
    total_tokens: total,
    cost: total * tokenPrice,
  };
}

function itemsOf(answer: Answer, id: string, status: string): Fields[] {
  const { tokens, reasoning, calls } = answer;
  const thought = reasoning && {
    id: `rs_${id}`,
    type: "reasoning",
    summary: [{ type: "summary_text", text: reasoning }],
  };
  const message = {
    id: `msg_${id}`,
    type: "message",
    status,
    role: "assistant",
    content: [{ type: "output_text", text: tokens.join(""), annotations: [], logprobs: [] }],
  };
  const called = calls.map((call, index) => ({
    id: `fc_${id}_${index}`,
    type: "function_call",
    status: "completed",
    call_id: call.id,
    name: call.name,
    arguments: call.arguments,
  }));
  return [...(thought ? [thought] : []), ...(calls.length ? called : [message])];
}

/** Each with its `type`, which is also the name of the event, and a running number. */
export function responseEvents(answer: Answer, id: string, model: string, body: Fields): Fields[] {
  const whole = response(answer, id, model, body);
  const begun = skeleton(id, model, body);
  const events = [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...(whole["output"] as Fields[]).flatMap((item, index) => itemEvents(item, index, answer)),
    { type: `response.${String(whole["status"])}`, response: whole },
  ];
  return events.map((event, sequence_number) => ({ ...event, sequence_number }));
}

function itemEvents(item: Fields, output_index: number, answer: Answer): Fields[] {
  const item_id = item["id"];
  const done = { type: "response.output_item.done", output_index, item };
  const added = (begun: Fields) => ({
    type: "response.output_item.added",
    output_index,
    item: { ...item, ...begun },
  });
  if (item["type"] === "reasoning") return [added({ summary: [] }), done];
  if (item["type"] === "function_call") {
    const text = item["arguments"] as string;
    const at = { item_id, output_index };
    const deltas = (text.match(/[^]{1,12}/g) ?? []).map((delta) => ({
      type: "response.function_call_arguments.delta",
      ...at,
      delta,
    }));
    const finished = { type: "response.function_call_arguments.done", ...at, arguments: text };
    return [added({ status: "in_progress", arguments: "" }), ...deltas, finished, done];
  }
  const at = { item_id, output_index, content_index: 0 };
  const [part] = item["content"] as Fields[];
  return [
    added({ status: "in_progress", content: [] }),
    { type: "response.content_part.added", ...at, part: { ...part, text: "" } },
    ...answer.tokens.map((delta) => ({
      type: "response.output_text.delta",
      ...at,
      delta,
      logprobs: [],
    })),
    { type: "response.output_text.done", ...at, text: part!["text"], logprobs: [] },
    { type: "response.content_part.done", ...at, part },
    done,
  ];
}
