/** Files that come along with a request, in fal's storage: the same bytes go up once. */
import type { Storage } from "../fal/storage.ts";
import { isName, type MediaStore } from "../store/media/media.ts";

export interface Attachment {
  readonly file: Blob;
  readonly contentType: string;
  readonly name: string;
  /** Of its bytes: the same file is the same request, wherever it lies. */
  readonly digest: string;
}

export interface Attachments {
  /** Where a model can read it. */
  address(attachment: Attachment): Promise<string>;
  /** The same for a link: one to a kept file may lead nowhere but to this gateway, so the file goes up. */
  reachable(url: string): Promise<string>;
}

/** fal keeps uploads for longer than this. */
const KEPT_MS = 60 * 60_000;
const KEPT = 2000;

export async function attach(file: Blob, contentType: string, name: string): Promise<Attachment> {
  const digest = new Bun.CryptoHasher("sha256").update(await file.arrayBuffer());
  return { file, contentType, name, digest: digest.digest("base64url") };
}

/**
 * Nobody's leaving ends an upload: who comes again with the same file finds it there, and the same
 * address makes it the same generation, which is paid once.
 */
export function createAttachments(
  storage: Storage,
  { mediaStore, now = Date.now }: { mediaStore?: MediaStore | undefined; now?: () => number } = {},
): Attachments {
  const known = new Map<string, { address: Promise<string>; until: number }>();

  function once(key: string, upload: () => Promise<string>): Promise<string> {
    const earlier = known.get(key);
    if (earlier && earlier.until > now()) return earlier.address;
    const address = upload();
    const entry = { address, until: now() + KEPT_MS };
    known.delete(key);
    known.set(key, entry);
    if (known.size > KEPT) known.delete(known.keys().next().value!);
    address.catch(() => {
      if (known.get(key) === entry) known.delete(key);
    });
    return address;
  }

  async function upload({ file, contentType, name }: Omit<Attachment, "digest">): Promise<string> {
    const sent = { bytes: file.stream(), contentType, name };
    return (await storage.upload(sent))!;
  }

  return {
    address(attachment) {
      const key = `${attachment.contentType} ${attachment.digest}`;
      return once(key, () => upload(attachment));
    },
    async reachable(url) {
      const name = mediaStore && nameIn(url);
      const found = name && (await mediaStore.open(name));
      if (!found) return url;
      return once(name, async () => {
        const read = found.read();
        const file = read instanceof Blob ? read : await new Response(read).blob();
        return upload({ file, contentType: found.contentType, name });
      });
    },
  };
}

/** The name of the kept file that a link may lead to, whichever way this gateway is reached. */
function nameIn(url: string): string | undefined {
  const last = URL.parse(url)?.pathname.split("/").at(-1);
  return last !== undefined && isName(last) ? last : undefined;
}
