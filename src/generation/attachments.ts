/** Files that come along with a request, in fal's storage: the same bytes go up once. */
import type { Storage } from "../fal/storage.ts";

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
export function createAttachments(storage: Storage, now: () => number = Date.now): Attachments {
  const kept = new Map<string, { address: Promise<string>; until: number }>();

  function upload({ file, contentType, name }: Attachment): Promise<string> {
    const upload = { bytes: file.stream(), body: file, contentType, name };
    return storage.upload(upload) as Promise<string>;
  }

  return {
    address(attachment) {
      const key = `${attachment.contentType} ${attachment.digest}`;
      const known = kept.get(key);
      if (known && known.until > now()) return known.address;
      const address = upload(attachment);
      const entry = { address, until: now() + KEPT_MS };
      kept.delete(key);
      kept.set(key, entry);
      if (kept.size > KEPT) kept.delete(kept.keys().next().value!);
      address.catch(() => {
        if (kept.get(key) === entry) kept.delete(key);
      });
      return address;
    },
  };
}
