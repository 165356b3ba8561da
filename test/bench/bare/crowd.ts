/**
 * A crowd of clients, which is no server: `COUNT` streams of `TOKENS` words from `TARGET`, opened as
 * fast as they are answered and all open at once. Writes what became of them as JSON.
 */
const { TARGET, COUNT, TOKENS, GAP, KEY } = process.env as Record<string, string>;
const body = JSON.stringify({
  model: "openai/gpt-4o",
  stream: true,
  max_tokens: Number(TOKENS),
  seed: Number(GAP),
  messages: [{ role: "user", content: "hi" }],
});
const headers = { authorization: KEY!, "content-type": "application/json" };

let [open, most, failed] = [0, 0, 0];
const reasons = new Set<string>();

async function one(opened: () => void): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  let begun = false;
  try {
    const response = await fetch(TARGET!, {
      method: "POST",
      headers,
      body,
      timeout: false,
    } as RequestInit);
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk, { stream: true });
      if (begun) continue;
      begun = true;
      open += 1;
      most = Math.max(most, open);
      opened();
    }
  } catch (error) {
    text = String(error);
  }
  opened();
  if (begun) open -= 1;
  const whole =
    text.endsWith("data: [DONE]\n\n") && text.split('"content":"').length > Number(TOKENS);
  if (whole) return;
  failed += 1;
  reasons.add(text.slice(-200));
}

/** So many connections at a time as the listening queue of the kernel holds. */
const AT_ONCE = 200;

const all: Promise<void>[] = [];
let waiting: Promise<void>[] = [];
while (all.length < Number(COUNT)) {
  const { promise, resolve } = Promise.withResolvers<void>();
  all.push(one(resolve));
  waiting.push(promise);
  if (waiting.length < AT_ONCE) continue;
  await Promise.all(waiting);
  waiting = [];
}
await Promise.all(all);
console.log(JSON.stringify({ most, failed, reasons: [...reasons].slice(0, 3) }));

export {};
