/** The sandbox's language model: answers that say what was received, so that nothing is lost unseen. */

/** What reached the model, whichever dialect it came in. */
export interface Reading {
  /** The last thing the user said, without markers. */
  readonly prompt: string;
  readonly system?: string;
  readonly messages: number;
  readonly pictures: number;
  /** Files, sounds and films. */
  readonly attachments: number;
  readonly toolResults: readonly string[];
}

export function answerTo(reading: Reading): string {
  const { prompt, system, messages, pictures, attachments, toolResults } = reading;
  const counts = [
    count(messages, "message"),
    ...(pictures ? [count(pictures, "picture")] : []),
    ...(attachments ? [count(attachments, "attachment")] : []),
    ...(toolResults.length ? [count(toolResults.length, "tool result")] : []),
  ];
  const lines = [
    `You said: ${prompt}`,
    ...(system ? [`I was told: ${system}`] : []),
    ...toolResults.map((result) => `The tool said: ${result}`),
    `I received ${counts.join(", ")}.`,
  ];
  return lines.join("\n");
}

function count(amount: number, noun: string): string {
  return `${amount} ${noun}${amount === 1 ? "" : "s"}`;
}

/** Words with the blanks after them: what one token is here. */
export function tokensOf(text: string): string[] {
  return text.match(/\s*\S{1,8}/g) ?? [];
}

/** An answer of just so many tokens. */
export function ofLength(text: string, tokens: number): string {
  const known = tokensOf(text);
  const filler = ["and", "so", "on,", "word", "after", "word,"];
  const missing = Array.from(
    { length: Math.max(0, tokens - known.length) },
    (_, index) => ` ${filler[index % filler.length]}`,
  );
  return [...known.slice(0, tokens), ...missing].join("");
}
