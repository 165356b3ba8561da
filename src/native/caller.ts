/** Who asks for something by fal's own API, and how. */
import type { Buyer } from "../fal/purchase.ts";

/** One client's call. */
export interface Caller {
  /** The client key's id: what it submits is its own. */
  owner: string;
  /** Who pays for it, and what for. */
  buyer: Buyer;
  /** May ask for requests that were not submitted here. */
  foreign: boolean;
  method: string;
  headers: Headers;
  /** The query, with its question mark, or nothing. */
  search: string;
  /** Where links point: falgate's own address, with the prefix that the client came by. */
  base: string;
  signal: AbortSignal;
}
