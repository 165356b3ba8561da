/** Ids of the VEO relay: `veo3-fast-frames:1757555257-PORrVn9sa9`. */
import { ALL, randomOf } from "../random.ts";

/** The model, seconds since 1970, ten letters or digits. */
export const veoId = (model: string, now: number = Date.now()): string =>
  `${model}:${Math.floor(now / 1000)}-${randomOf(ALL, 10)}`;
