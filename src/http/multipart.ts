/** The file in a `multipart/form-data` body, as it comes in: only the piece at hand is held. */
import { ApiError } from "../openai/error.ts";

export interface FormFile {
  name: string;
  contentType: string;
  bytes: AsyncIterable<Uint8Array>;
}

/** The head of a part says little; a longer one is no form. */
const HEAD = 16 * 1024;

/** The first part that has a file's name. Nothing where there is none; throws 400 for no form at all. */
export async function formFile(
  body: AsyncIterable<Uint8Array>,
  contentType: string,
): Promise<FormFile | undefined> {
  const [, quoted, plain] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? plain;
  if (!boundary) throw broken();
  const chunks = body[Symbol.asyncIterator]();
  // The first boundary need not have a line before it.
  let held = Buffer.from("\r\n");

  async function more(): Promise<void> {
    const { done, value } = await chunks.next();
    if (done) throw broken();
    held = Buffer.concat([held, value]);
  }

  /** Everything before the mark, which is left out. It may come in two chunks itself. */
  async function* until(mark: string): AsyncGenerator<Uint8Array> {
    for (;;) {
      const at = held.indexOf(mark);
      const clear = at < 0 ? held.length - mark.length + 1 : at;
      if (clear > 0) yield held.subarray(0, clear);
      if (clear > 0) held = held.subarray(clear);
      if (at >= 0) {
        held = held.subarray(mark.length);
        return;
      }
      await more();
    }
  }

  async function head(): Promise<string> {
    const pieces: Uint8Array[] = [];
    let size = 0;
    for await (const piece of until("\r\n\r\n")) {
      pieces.push(piece);
      size += piece.length;
      if (size > HEAD) throw broken();
    }
    return Buffer.concat(pieces).toString();
  }

  const delimiter = `\r\n--${boundary}`;
  for (;;) {
    for await (const _ of until(delimiter));
    while (held.length < 2) await more();
    if (held.subarray(0, 2).toString() === "--") return undefined;
    const file = described(await head());
    if (file) return { ...file, bytes: until(delimiter) };
  }
}

/** What the head of a part says of the file in it. */
function described(head: string): Omit<FormFile, "bytes"> | undefined {
  const [, name] = /^content-disposition:.*;\s*filename="((?:[^"\\]|\\.)*)"/im.exec(head) ?? [];
  if (name === undefined) return undefined;
  const [, type] = /^content-type:\s*(\S.*?)\s*$/im.exec(head) ?? [];
  const contentType = type ?? "application/octet-stream";
  return { name: name.replace(/\\(.)/g, "$1") || "upload", contentType };
}

function broken(): ApiError {
  const message = "The request body is not valid multipart/form-data.";
  return new ApiError(400, message, "invalid_request_error", { code: "invalid_form" });
}
