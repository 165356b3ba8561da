/** Whether the process lives, and whether it can do its work. */
import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";
import { answers } from "../http/answers.ts";
import { ApiError } from "../openai/error.ts";
import type { Deps } from "./deps.ts";

const Health = Type.Object(
  { status: Type.Literal("ok"), version: Type.String() },
  { description: "Alive" },
);

const Readiness = Type.Object(
  { status: Type.Literal("ready"), fal: Type.Literal("ok"), store: Type.Literal("ok") },
  { description: "Ready" },
);

/** An orchestrator asks every few seconds; fal is asked no more often than this. */
const FRESH_MS = 10_000;

export function health({ probe, storeReady, version }: Deps) {
  let known: { at: number; verdict: ReturnType<Deps["probe"]> } | undefined;

  /** Nobody's waiting for the same question twice at once costs fal a second request. */
  function verdict() {
    if (!known || Date.now() - known.at > FRESH_MS) known = { at: Date.now(), verdict: probe() };
    return known.verdict;
  }

  async function ready(): Promise<Response> {
    const [fal, stored] = await Promise.all([verdict(), storeReady()]);
    if (!stored) throw unready("the database does not answer", "store_unreachable");
    if (fal === "refused") throw unready("fal refuses every key", "upstream_refused");
    if (fal !== "ok") throw unready("fal cannot be reached", `upstream_${fal}`);
    return Response.json({ status: "ready", fal, store: "ok" });
  }

  return new Elysia({ tags: ["Health"] })
    .get("/healthz", () => Response.json({ status: "ok", version }), {
      detail: {
        summary: "Alive?",
        description: "Answers while the process lives. Needs no key.",
        responses: answers(Health, [], { examples: { Alive: { status: "ok", version } } }),
      },
    })
    .get("/readyz", () => ready(), {
      detail: {
        summary: "Ready?",
        description:
          "Whether fal can be reached with a key that it accepts, and the database answers. Needs no key.",
        responses: answers(Readiness, [503], {
          examples: { Ready: { status: "ready", fal: "ok", store: "ok" } },
        }),
      },
    });
}

const unready = (why: string, code: string) =>
  new ApiError(503, `Not ready: ${why}.`, "server_error", { code });
