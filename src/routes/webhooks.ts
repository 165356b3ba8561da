/** Webhooks: fal's calls about what was submitted, and the keys that falgate's own are signed with. */
import { Elysia } from "elysia";
import { refused } from "../native/fault.ts";
import type { Deps } from "./deps.ts";

const WORDS: Readonly<Record<number, string>> = {
  401: "This call is not signed by fal, or too old.",
  404: "There is no such request here.",
  413: "This call is too long.",
  503: "fal's keys cannot be had at the moment.",
};

/** Receivers of fal's webhooks keep a key set for a day at most. */
const KEPT = "public, max-age=3600";

export function webhooks({ receiver, signer }: Deps) {
  async function received(request: Request): Promise<Response> {
    const status = await receiver.receive(request);
    return status === 200 ? new Response() : refused(status, WORDS[status] ?? "refused");
  }

  const keySet = () => Response.json(signer.keySet, { headers: { "cache-control": KEPT } });

  const hidden = { detail: { hide: true } } as const;
  return new Elysia({ tags: ["fal"] })
    .post("/webhooks/fal", ({ request }) => received(request), { parse: "none", ...hidden })
    .get("/.well-known/jwks.json", keySet, hidden)
    .get("/rest/.well-known/jwks.json", keySet, hidden);
}
