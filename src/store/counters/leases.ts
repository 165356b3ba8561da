/** How long Redis lets an instance keep what it holds without a sign of life. */
import type { Connection } from "./connection.ts";

/** Between two signs of life. */
export const BEAT_MS = 2000;
/** What a dead instance held comes back after so long. */
export const LEASE_MS = 10_000;
/** What belongs to a durable task stays until another instance has taken the task up (`tasks/lease.ts`). */
export const LONG_LEASE_MS = 60_000;

export const leaseOf = (survives: boolean) => (survives ? LONG_LEASE_MS : LEASE_MS);

/** A part that holds something in Redis. */
export interface Leased {
  /**
   * Renews its leases, and puts back what Redis has lost. `known`: Redis still knew this instance,
   * and so whatever it does not know any more has been ended by another.
   */
  renew(run: Connection["run"], known: boolean): Promise<void>;
}
