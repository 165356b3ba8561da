/** A whole response as the events of a stream, for an upstream that did not stream it. */
import { isFields, type Fields } from "./field.ts";

/** Every event with its `sequence_number`, in the order that the SDKs' accumulators insist on. */
export function replay(response: Fields): Fields[] {
  const { usage: _, ...rest } = response;
  const begun = { ...rest, status: "in_progress", output: [] };
  const items = Array.isArray(response.output) ? response.output.filter(isFields) : [];
  const last = response.status === "incomplete" ? "incomplete" : "completed";
  return [
    { type: "response.created", response: begun },
    { type: "response.in_progress", response: begun },
    ...items.flatMap(ofItem),
    { type: `response.${response.status === "failed" ? "failed" : last}`, response },
  ].map((event, sequence_number) => ({ ...event, sequence_number }));
}

function ofItem(item: Fields, output_index: number): Fields[] {
  const at = { item_id: item.id, output_index };
  const added = (empty: Fields) => ({
    type: "response.output_item.added",
    output_index,
    item: { ...item, ...empty },
  });
  const done = { type: "response.output_item.done", output_index, item };
  if (item.type === "function_call") {
    const text = String(item.arguments ?? "");
    const name = "response.function_call_arguments";
    const said = [
      { type: `${name}.delta`, ...at, delta: text },
      { type: `${name}.done`, ...at, name: item.name, arguments: text },
    ];
    return [added({ status: "in_progress", arguments: "" }), ...said, done];
  }
  if (item.type !== "message" || !Array.isArray(item.content)) return [added({}), done];
  const parts = item.content.filter(isFields);
  const said = parts.flatMap((part, content_index) => ofPart(part, { ...at, content_index }));
  return [added({ status: "in_progress", content: [] }), ...said, done];
}

function ofPart(part: Fields, at: Fields): Fields[] {
  const refused = part.type === "refusal";
  const name = refused ? "response.refusal" : "response.output_text";
  const key = refused ? "refusal" : "text";
  const text = String(part[key] ?? "");
  const likely = refused ? {} : { logprobs: [] };
  return [
    { type: "response.content_part.added", ...at, part: { ...part, [key]: "" } },
    { type: `${name}.delta`, ...at, delta: text, ...likely },
    { type: `${name}.done`, ...at, [key]: text, ...likely },
    { type: "response.content_part.done", ...at, part },
  ];
}
