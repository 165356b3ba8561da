/** fal's two lanes in front of an endpoint, which all its users share (docs.fal.ai, "Queue", `X-Fal-Queue-Priority`). */

/** `low` stands behind everybody. */
export const PRIORITIES = ["normal", "low"] as const;

export type Priority = (typeof PRIORITIES)[number];
