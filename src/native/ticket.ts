/** Addresses that falgate hands out for a while: what they stand for is signed into them. */
import { createHmac, timingSafeEqual } from "node:crypto";

export interface Tickets {
  /** Stands for `target` until `lifetime` milliseconds from now. Safe in a path. */
  issue(target: string, lifetime: number): string;
  /** What a ticket stands for; nothing when it is forged or over. */
  redeem(ticket: string): string | undefined;
}

/** The same `secret` makes tickets that another process, or the next one, can redeem. */
export function createTickets(secret: string, now: () => number = Date.now): Tickets {
  const sign = (text: string) =>
    createHmac("sha256", `falgate tickets ${secret}`).update(text).digest().subarray(0, 18);
  return {
    issue(target, lifetime) {
      const text = `${now() + lifetime} ${target}`;
      return `${Buffer.from(text).toString("base64url")}.${sign(text).toString("base64url")}`;
    },
    redeem(ticket) {
      const [encoded = "", signature = ""] = ticket.split(".");
      const text = Buffer.from(encoded, "base64url").toString();
      const given = Buffer.from(signature, "base64url");
      const right = sign(text);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const space = text.indexOf(" ");
      return Number(text.slice(0, space)) > now() ? text.slice(space + 1) : undefined;
    },
  };
}
