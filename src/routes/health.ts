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
  { status: Type.Literal("ready"), fal: Type.Literal("ok") },
  { description: "Ready" },
);

/** An orchestrator asks every few seconds; fal is asked no more often than this. */
const FRESH_MS = 10_000;

export function health({ probe, version }: Deps) {
  let known: { at: number; verdict: ReturnType<Deps["probe"]> } | undefined;

  /** Nobody's waiting for the same question twice at once costs fal a second request. */
  function verdict() {
    if (!known || Date.now() - known.at > FRESH_MS) known = { at: Date.now(), verdict: probe() };
    return known.verdict;
  }

  async function ready(): Promise<Response> {
    const fal = await verdict();
    if (fal === "ok") return Response.json({ status: "ready", fal });
    const why = fal === "refused" ? "fal refuses every key" : "fal cannot be reached";
    throw new ApiError(503, `Not ready: ${why}.`, "server_error", { code: `upstream_${fal}` });
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
        description: "Whether fal can be reached with a key that it accepts. Needs no key.",
        responses: answers(Readiness, [503], {
          examples: { Ready: { status: "ready", fal: "ok" } },
        }),
      },
    });
}
