/** Putting a prompt into English: which small language model does it, and what it is told. */

export const TRANSLATOR = "google/gemini-2.5-flash-lite";

const INSTRUCTION =
  "You prepare prompts for a model that films and draws. Put the user's prompt into English. Keep every detail, name and quoted word; add what a camera would see only where the prompt leaves it open. If it is in English already, only smooth it. Answer with the prompt alone, without quotation marks.";

/** The body of a chat completion. */
export function translation(prompt: string): string {
  return JSON.stringify({
    model: TRANSLATOR,
    messages: [
      { role: "system", content: INSTRUCTION },
      { role: "user", content: prompt },
    ],
    temperature: 0.3,
    max_tokens: 1024,
  });
}

/** The prompt that the model answered with; nothing where it answered with none. */
export function translated(answer: unknown): string | undefined {
  const { choices } = Object(answer) as { choices?: { message?: { content?: unknown } }[] };
  const said = choices?.[0]?.message?.content;
  const text = typeof said === "string" ? said.trim().replace(/^["“]+|["”]+$/g, "") : "";
  return text === "" ? undefined : text;
}
