/** Server-sent events as a test reads them: every block of the stream, comments included. */

export type Block = { comment: string } | { event: string; data: unknown };

export function blocks(text: string): Block[] {
  const whole = text.split("\n\n");
  if (whole.pop() !== "") throw new Error(`the stream ends within a block: ${text.slice(-80)}`);
  return whole.map((block) => {
    if (block.startsWith(":")) return { comment: block };
    const [, event = "", data = ""] = /^event: (.+)\ndata: (.+)$/.exec(block) ?? [];
    if (data === "") throw new Error(`no event: ${block}`);
    return { event, data: JSON.parse(data) as unknown };
  });
}
