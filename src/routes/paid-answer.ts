/** A language model's answer, and the purchase that is told what it has cost. */
import { languageEndpoint, type LanguagePath } from "../fal/language.ts";
import { postPaid } from "../fal/paid.ts";
import type { Buyer, EndState, Purchase } from "../fal/purchase.ts";
import type { Answer } from "../fal/transport.ts";
import { usageOf } from "../fal/usage.ts";
import type { Deps } from "./deps.ts";

export interface Question {
  path: LanguagePath;
  buyer: Buyer;
  /** The client's words, from which the price is told. */
  said: object;
  /** The body. */
  text: string;
  signal: AbortSignal;
}

export interface PaidAnswer extends Answer {
  readonly purchase: Purchase;
  /** Tokens of the question, roughly: told only where the answer tells none. */
  readonly asked: number;
}

/** Four characters of English are a token (help.openai.com, "What are tokens"). */
const TOKEN = 4;

/** Rejects with FalError, or with ApiError 402 before fal is asked. */
export async function buyAnswer(
  { language, purchases }: Pick<Deps, "language" | "purchases">,
  { path, buyer, said: input, text, signal }: Question,
): Promise<PaidAnswer> {
  const order = { endpoint: languageEndpoint(path), input, way: "direct" } as const;
  const [purchase] = await purchases.open(buyer, [order]);
  const key = await purchase!.turn({ signal });
  const answer = await postPaid(language, purchase!, { path, text, signal, key });
  return { ...answer, purchase: purchase!, asked: Math.ceil(text.length / TOKEN) };
}

/** The whole answer has been read. */
export function settled({ purchase }: PaidAnswer, body: unknown, state: EndState = "completed") {
  purchase.ended({ ...usageOf(body), state });
}

/**
 * Its stream is over, `answered` tokens having come. Without a last word of the model's (the client
 * has left), what was asked and what has come is what it has cost.
 */
export function streamSettled(
  { purchase, asked }: Pick<PaidAnswer, "purchase" | "asked">,
  state: EndState,
  usage: unknown,
  answered: number,
): void {
  const end = usageOf({ usage });
  const tokens = end.tokens ?? { input: asked, output: Math.ceil(answered) };
  purchase.ended({ ...end, tokens, state });
}
