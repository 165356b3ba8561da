/** Putting a task's prompt into English: by the model itself where it can, else by a language model. */
import { type Language, languageEndpoint } from "../../fal/language.ts";
import { postPaid } from "../../fal/paid.ts";
import { usageOf } from "../../fal/usage.ts";
import type { Log } from "../../log.ts";
import { translated, translation, TRANSLATOR } from "../../models/english.ts";
import type { Dictionary } from "../../models/resolve.ts";
import type { TaskRequests, TaskWork } from "../task.ts";
import type { Buying } from "./buying.ts";
import type { Ledger } from "./ledger.ts";
import { planOf } from "./plans.ts";
import type { Working } from "./record.ts";

const PATIENCE_MS = 30_000;

export interface EnhanceOptions {
  language: Language;
  dictionary: Dictionary;
  ledger: Ledger;
  buying: Buying;
  /** Whether fal is known to have no such endpoint any more. */
  isRetired(endpoint: string): boolean;
  log: Log;
  signal: AbortSignal;
}

/** What of the task it changes. A failing enhancement changes nothing: the prompt is used as it is. */
export async function enhance(
  task: Working,
  options: EnhanceOptions,
): Promise<Partial<Pick<Working, "request" | "enhancedPrompt">>> {
  if (!task.enhancePrompt || !("prompt" in task.request)) return {};
  const own = withOwnField(task);
  if (endpointHasIt(task, own, options)) return { request: own };
  const { prompt } = task.request;
  if (typeof prompt !== "string" || prompt.trim() === "") return {};
  const english = await inEnglish(prompt, options).catch((error: unknown) => {
    if (options.signal.aborted) throw error;
    options.log.warn("a prompt could not be put into English", { taskId: task.id, error });
    return undefined;
  });
  if (english === undefined) return {};
  return { enhancedPrompt: english };
}

function inEnglish(prompt: string, { language, ledger, buying, signal }: EnhanceOptions) {
  return ledger.once("enhance", TRANSLATOR, async () => {
    const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]);
    const text = translation(prompt);
    const order = { endpoint: languageEndpoint("chat/completions"), input: JSON.parse(text) };
    const { purchase, key } = await buying.turn("enhance", { ...order, way: "direct" });
    const answer = await postPaid(language, purchase, {
      ...{ path: "chat/completions", text, key },
      signal: patience,
    });
    const body: unknown = await answer.response.json();
    purchase.ended(usageOf(body));
    return translated(body);
  });
}

/** Videos have a word for it; pictures' endpoints are asked in their own. */
function withOwnField({ kind, request }: TaskWork): TaskWork["request"] {
  if (kind === "video") return { ...request, enhance_prompt: true };
  if (kind !== "image" && kind !== "edit") return request;
  return { ...request, extra: { enhance_prompt: true, ...request.extra } };
}

/**
 * Whether the endpoint that will serve has a field for it. Told from what is sent: with the wish it
 * is another input than without.
 */
function endpointHasIt(
  task: Working,
  own: TaskWork["request"],
  { dictionary, isRetired }: EnhanceOptions,
): boolean {
  const work = (request: TaskWork["request"]) => ({ ...task, request }) as Working;
  const asked = planOf(dictionary, work(own));
  const plain = planOf(dictionary, work(withoutWish(task.request as TaskRequests["video"])));
  const serving = asked.endpoints.find(({ id }) => !isRetired(id)) ?? asked.endpoints[0]!;
  return JSON.stringify(asked.fit(serving)) !== JSON.stringify(plain.fit(serving));
}

function withoutWish(request: TaskRequests["video"]): TaskRequests["video"] {
  return { ...request, enhance_prompt: null };
}
