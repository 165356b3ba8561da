/** What a client key may do: how often, how much at once, for how much, and with what. */

export interface Limits {
  /** Requests in any minute. */
  readonly rpm?: number;
  /** Requests at the same time. */
  readonly concurrency?: number;
  readonly budget?: Budget;
  /** Globs over model names and fal ids; without them every model is allowed. */
  readonly models?: readonly string[];
  /** Globs over paths; without them every route is allowed. */
  readonly routes?: readonly string[];
  /** Its part of what is shared, against other keys' weights; 1 unless it says otherwise. */
  readonly weight?: number;
}

export interface Budget {
  /** A whole number of millionths of a dollar. */
  readonly microUsd: number;
  /** Of UTC's calendar; `total` is for as long as the key lives. */
  readonly period: Period;
}

export const PERIODS = ["day", "week", "month", "year", "total"] as const;

export type Period = (typeof PERIODS)[number];
