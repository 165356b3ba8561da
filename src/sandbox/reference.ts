/** The files an input points at: read when they are here or inline, judged by address otherwise. */
import { type Fields } from "./call.ts";
import { type Fault, faultOf, invalid } from "./fault.ts";
import { fileAt } from "./file.ts";
import type { Size } from "./size.ts";
import type { Uploads } from "./upload.ts";
import { decode, isUrl } from "./url.ts";

export interface References {
  /** Of the first picture that could be read. */
  readonly size?: Size;
  readonly fault?: Fault;
}

const mediaField = /(^|_)(url|urls|image|images)$/;
const pictureField = /image|frame|mask|photo|face|picture/;
/** fal's machines cannot reach these, whoever else can. */
const unreachable =
  /^(localhost|0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|\[)|\.(invalid|local|internal|localhost)$/;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

export async function readReferences(
  input: Fields,
  origin: string,
  uploads: Uploads,
): Promise<References> {
  let size: Size | undefined;
  for (const [name, value] of Object.entries(input)) {
    if (!mediaField.test(name)) continue;
    for (const [index, address] of [value].flat().entries()) {
      if (typeof address !== "string" || address === "") continue;
      const loc = Array.isArray(value) ? ["body", name, index] : ["body", name];
      const bytes = await read(address, origin, uploads);
      if (bytes === "unreachable") return { fault: about("file_download_error", loc, address) };
      if (bytes === "elsewhere" || !pictureField.test(name)) continue;
      const found = await measure(bytes);
      if (!found) return { fault: about("image_load_error", loc, address) };
      size ??= found;
    }
  }
  return size ? { size } : {};
}

function about(type: string, loc: (string | number)[], input: string): Fault {
  const { body, status } = faultOf(type);
  const [problem] = (body as { detail: { msg: string; type: string; url: string }[] }).detail;
  return invalid([{ ...problem!, loc, input }], false, status);
}

async function read(address: string, origin: string, uploads: Uploads) {
  if (address.startsWith("data:")) return inline(address) ?? "unreachable";
  if (!isUrl(address)) return "unreachable";
  const url = new URL(address);
  const here = isHere(url, new URL(origin)) && url.pathname.startsWith("/files/");
  if (!here) return unreachable.test(url.hostname) ? "unreachable" : "elsewhere";
  const file = await fileAt(decode(url.pathname.slice("/files".length)), uploads);
  return file?.bytes ?? "unreachable";
}

/** `localhost` and `127.0.0.1` are both this machine, whichever the caller used. */
function isHere(url: URL, own: URL): boolean {
  if (url.host === own.host) return true;
  return url.port === own.port && loopback.test(url.hostname) && loopback.test(own.hostname);
}

function inline(address: string): Uint8Array | undefined {
  const comma = address.indexOf(",");
  if (comma < 0) return undefined;
  const data = address.slice(comma + 1);
  const coded = address.slice(0, comma).endsWith(";base64");
  return Buffer.from(coded ? data : decode(data), coded ? "base64" : "utf8");
}

async function measure(bytes: Uint8Array): Promise<Size | undefined> {
  try {
    const { width, height } = await new Bun.Image(bytes).metadata();
    return { width, height };
  } catch {
    return undefined;
  }
}
