/** One request made of fal, as falgate remembers it: who submitted it, and what came of it. */

export interface FalRequest {
  requestId: string;
  /** The client key's id. Nobody else may see it. */
  owner: string;
  /** The full endpoint id that it was submitted to. */
  endpoint: string;
  /** What its request URLs stand under. */
  app: string;
  /** Digest of the fal key that submitted it: no other key can see it at fal. */
  falKey: string;
  /** Id of the call in the books that pays for it. */
  call?: string | undefined;
  /** Milliseconds since 1970, as all its times. */
  createdAt: number;
  /** The client's own webhook, if it named one. */
  webhook?: string | undefined;
  result?: KeptResult | undefined;
  /** fal does not know it any more, and its result was not kept in time. */
  lost?: boolean | undefined;
  /** When its result was kept, or it was found lost. */
  settledAt?: number | undefined;
  /** When the webhook was acknowledged, or given up. */
  deliveredAt?: number | undefined;
}

/** A result as fal gave it, which may be an error's, and the last status before it. */
export interface KeptResult {
  /** The COMPLETED status, as JSON. */
  statusBody: string;
  /** HTTP status of the result. */
  status: number;
  body: string;
  /** fal's own `x-fal-*` headers, and the content type. */
  headers: Readonly<Record<string, string>>;
}

/** A settled request whose webhook has not been acknowledged. */
export type Undelivered = Pick<FalRequest, "requestId"> & { settledAt: number };

/** What a row takes on disk besides its texts, indexes included. */
const ROW_BYTES = 512;

/** What it takes on disk, roughly; bytes, not characters. */
export function sizeOf({ result }: FalRequest): number {
  return (
    ROW_BYTES + Buffer.byteLength(result?.statusBody ?? "") + Buffer.byteLength(result?.body ?? "")
  );
}
