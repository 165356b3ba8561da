/** What a generation came to. */
import type { Endpoint } from "../models/catalog.ts";

/** fal's link to the name under which it was kept. */
export type Kept = ReadonlyMap<string, string>;

export interface Settled {
  readonly endpoint: Endpoint;
  /** What each call was asked and what it gave, in order; calls that failed are left out. */
  readonly results: readonly { input: Record<string, unknown>; output: unknown }[];
  /** What was approximated, in words. */
  readonly adjusted: readonly string[];
  /** fal's billable units over all calls. */
  readonly units: number;
  readonly upstreamMs: number;
  /** What of it falgate keeps itself, once it does. */
  readonly kept?: Kept;
}
