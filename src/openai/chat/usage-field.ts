/** Asking a stream for its usage, whether or not the client wants to see it: it is what the stream costs. */

/** The same JSON text with `stream_options.include_usage`, everything else as it was written. */
export function withUsage(text: string, options: unknown): string {
  const given = Object(options) as { include_usage?: unknown };
  if (given.include_usage === true) return text;
  if (options === undefined) {
    const open = text.indexOf("{") + 1;
    return `${text.slice(0, open)}"stream_options":{"include_usage":true},${text.slice(open)}`;
  }
  const body = JSON.parse(text) as object;
  return JSON.stringify({ ...body, stream_options: { ...given, include_usage: true } });
}
