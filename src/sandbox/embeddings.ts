/** Embeddings: unit vectors that are the same for the same text, and near for texts that share words. */
import { tokenPrice } from "./answer.ts";
import type { Fields } from "./call.ts";
import { chance, seedFrom } from "./chance.ts";
import { tokensOf } from "./reading.ts";

const usual = 1536;
const most = 8192;

/** Undefined when there is nothing to embed. */
export function embeddings(body: Fields): Fields | undefined {
  const texts = textsOf(body["input"]);
  if (!texts) return undefined;
  const asked = body["dimensions"];
  const size = Number.isInteger(asked) ? Math.min(most, Math.max(1, asked as number)) : usual;
  const tokens = texts.reduce((sum, text) => sum + Math.max(1, tokensOf(text).length), 0);
  return {
    object: "list",
    data: texts.map((text, index) => {
      const vector = vectorOf(text, size);
      const coded = body["encoding_format"] === "base64";
      const embedding = coded ? Buffer.from(vector.buffer).toString("base64") : [...vector];
      return { object: "embedding", index, embedding };
    }),
    model: body["model"],
    usage: { prompt_tokens: tokens, total_tokens: tokens, cost: tokens * tokenPrice },
  };
}

/** A text, several, or the same as lists of token numbers. */
function textsOf(input: unknown): string[] | undefined {
  if (typeof input === "string") return [input];
  if (!Array.isArray(input) || input.length === 0) return undefined;
  if (input.every((item) => typeof item === "number")) return [input.join(" ")];
  return input.map((item) => (Array.isArray(item) ? item.join(" ") : String(item)));
}

function vectorOf(text: string, size: number): Float32Array {
  const vector = new Float32Array(size);
  for (const word of [text, ...text.toLowerCase().split(/\W+/).filter(Boolean)]) {
    const next = chance(seedFrom(word));
    for (let index = 0; index < size; index++) vector[index]! += next() - 0.5;
  }
  const length = Math.hypot(...vector);
  return vector.map((value) => value / (length || 1));
}
