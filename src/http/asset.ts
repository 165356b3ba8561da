/** A file that stays the same while the process lives: compressed once, sent to whoever has it not. */
import { promisify } from "node:util";

/** Compresses beside the main thread. What does so takes a millisecond to load, and no start needs it. */
async function compress(bytes: Uint8Array): Promise<Uint8Array> {
  const { gzip } = await import("node:zlib");
  return promisify(gzip)(bytes);
}

export type Asset = (request: Request) => Promise<Response>;

type Coding = "gzip" | "identity";

interface Variant {
  body: Uint8Array<ArrayBuffer>;
  /** Of these very bytes: the compressed ones have another. */
  etag: string;
}

/** `read` is called when the file is first asked for. */
export function asset(
  read: () => Uint8Array | Promise<Uint8Array>,
  headers: Readonly<Record<string, string>>,
): Asset {
  const variants = new Map<Coding, Promise<Variant>>();

  function variant(coding: Coding): Promise<Variant> {
    const known = variants.get(coding) ?? make(coding);
    variants.set(coding, known);
    return known;
  }

  async function make(coding: Coding): Promise<Variant> {
    const plain = await read();
    const body = new Uint8Array(coding === "gzip" ? await compress(plain) : plain);
    return { body, etag: `"${Bun.hash(body).toString(36)}"` };
  }

  return async (request) => {
    const coding = acceptsGzip(request.headers.get("accept-encoding") ?? "") ? "gzip" : "identity";
    const { body, etag } = await variant(coding);
    const common = { ...headers, etag, "cache-control": "no-cache", vary: "accept-encoding" };
    if (has(request.headers.get("if-none-match") ?? "", etag)) {
      return new Response(null, { status: 304, headers: common });
    }
    const encoded = coding === "gzip" ? { "content-encoding": "gzip" } : {};
    return new Response(body, { headers: { ...common, ...encoded } });
  };
}

/** By name, or else by `*`; a weight of 0 is a refusal (RFC 9110, 12.5.3). */
function acceptsGzip(header: string): boolean {
  const weights = new Map(
    header.split(",").map((part) => {
      const [coding = "", ...parameters] = part.split(";").map((word) => word.trim());
      const weight = parameters.find((word) => /^q=/i.test(word))?.slice(2) ?? "1";
      return [coding.toLowerCase(), Number(weight)] as const;
    }),
  );
  return (weights.get("gzip") ?? weights.get("*") ?? 0) > 0;
}

/** A proxy that recompresses makes the tag weak; the file is the same to whoever asks. */
function has(header: string, etag: string): boolean {
  return header.split(",").some((tag) => ["*", etag].includes(tag.trim().replace(/^W\//, "")));
}
