/** The events of a response's stream (`ResponseStreamEvent`), before they are numbered. */
import type { Logprob, OutputItem, OutputRefusal, OutputText, SummaryText } from "./items.ts";
import type { Response } from "./object.ts";

/** Which item of the output an event speaks of. */
interface OfItem {
  item_id: string;
  output_index: number;
}

interface OfPart extends OfItem {
  content_index: number;
}

interface OfSummary extends OfItem {
  summary_index: number;
}

type Lifecycle = { response: Response } & {
  type:
    | "response.created"
    | "response.in_progress"
    | "response.completed"
    | "response.incomplete"
    | "response.failed";
};

type Item = { output_index: number; item: OutputItem } & {
  type: "response.output_item.added" | "response.output_item.done";
};

type Part = OfPart & { part: OutputText | OutputRefusal } & {
  type: "response.content_part.added" | "response.content_part.done";
};

type Words =
  | ({ type: "response.output_text.delta"; delta: string; logprobs: Logprob[] } & OfPart)
  | ({ type: "response.output_text.done"; text: string; logprobs: Logprob[] } & OfPart)
  | ({ type: "response.refusal.delta"; delta: string } & OfPart)
  | ({ type: "response.refusal.done"; refusal: string } & OfPart);

type Call =
  | ({ type: "response.function_call_arguments.delta"; delta: string } & OfItem)
  | ({ type: "response.function_call_arguments.done"; arguments: string; name: string } & OfItem)
  | ({ type: "response.custom_tool_call_input.delta"; delta: string } & OfItem)
  | ({ type: "response.custom_tool_call_input.done"; input: string } & OfItem);

type Thought =
  | ({ type: "response.reasoning_summary_part.added"; part: SummaryText } & OfSummary)
  | ({ type: "response.reasoning_summary_text.delta"; delta: string } & OfSummary)
  | ({ type: "response.reasoning_summary_text.done"; text: string } & OfSummary)
  | ({ type: "response.reasoning_summary_part.done"; part: SummaryText } & OfSummary);

export type ResponseEvent = Lifecycle | Item | Part | Words | Call | Thought;

/** Takes an event at the moment it happens. What it holds still grows: keep a copy, not the object. */
export type Emit = (event: ResponseEvent) => void;

/** Where an item stands in the output, and who is told of it. */
export interface Place {
  id: string;
  index: number;
  emit: Emit;
}
