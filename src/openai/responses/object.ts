/** The response object: what was asked, echoed, and where the answer will stand (`Response`). */
import type { ResponseError } from "./failure.ts";
import { isFields } from "./field.ts";
import type { OutputItem } from "./items.ts";
import type { ResponseCreateParams } from "./params.ts";
import type { ResponseUsage } from "./usage.ts";

export type ResponseStatus = "in_progress" | "completed" | "incomplete" | "failed";

/** Every field that OpenAI's type requires is there; `output_text` is made by the SDKs themselves. */
export interface Response {
  id: string;
  object: "response";
  /** Unix seconds. */
  created_at: number;
  status: ResponseStatus;
  background: false;
  error: ResponseError | null;
  incomplete_details: { reason: "max_output_tokens" | "content_filter" } | null;
  instructions: string | null;
  max_output_tokens: number | null;
  model: string;
  output: OutputItem[];
  parallel_tool_calls: boolean;
  previous_response_id: null;
  reasoning: Record<string, unknown>;
  service_tier?: string;
  /** Nothing is, whatever was asked. */
  store: false;
  temperature: number | null;
  text: Record<string, unknown>;
  tool_choice: unknown;
  tools: unknown[];
  top_logprobs?: number;
  top_p: number | null;
  truncation: string;
  /** Once it is known. */
  usage?: ResponseUsage;
  user?: string;
  metadata: Record<string, unknown>;
  access_programs: null;
}

/** A response to which nothing has been said yet. What the client left out has OpenAI's default. */
export function emptyResponse(
  params: ResponseCreateParams,
  id: string,
  created_at: number,
): Response {
  const { reasoning, text, top_logprobs, user } = params;
  return {
    id,
    object: "response",
    created_at,
    status: "in_progress",
    background: false,
    error: null,
    incomplete_details: null,
    instructions: params.instructions ?? null,
    max_output_tokens: params.max_output_tokens ?? null,
    model: params.model ?? "",
    output: [],
    parallel_tool_calls: params.parallel_tool_calls ?? true,
    previous_response_id: null,
    reasoning: {
      ...reasoning,
      effort: reasoning?.effort ?? null,
      summary: reasoning?.summary ?? null,
    },
    store: false,
    temperature: params.temperature ?? null,
    text: { ...text, format: text?.format ?? { type: "text" } },
    tool_choice: params.tool_choice ?? "auto",
    tools: (params.tools ?? []).map(echoed),
    ...(top_logprobs == null ? {} : { top_logprobs }),
    top_p: params.top_p ?? null,
    truncation: params.truncation ?? "disabled",
    ...(user == null ? {} : { user }),
    metadata: params.metadata ?? {},
    access_programs: null,
  };
}

/** OpenAI's type of a function requires what a client may leave out. */
export function echoed(tool: unknown): unknown {
  if (!isFields(tool) || tool.type !== "function") return tool;
  return { ...tool, parameters: tool.parameters ?? null, strict: tool.strict ?? null };
}
