/** `/v1/usage`: what the calls of whoever asks have cost, and how their budget stands. */
import { Elysia } from "elysia";
import { endOf, startOf } from "../accounts/period.ts";
import { admitted, type Principal } from "../accounts/principal.ts";
import { usageTable } from "../accounts/usage-table.ts";
import { answers } from "../http/answers.ts";
import { invalidRequest } from "../openai/error.ts";
import type { Deps } from "./deps.ts";
import { OWN_USAGE, USAGE_CSV } from "./examples/usage.ts";
import { answered, queryOf } from "./usage-answer.ts";
import { OwnUsage, UsageParams } from "./usage-schema.ts";

export function usage({ usage: books }: Deps) {
  async function own(request: Request): Promise<Response> {
    const caller = admitted(request);
    const query = queryOf(request, ["model"]);
    if (query.key !== undefined) throw invalidRequest("A key sees its own usage only.", "key");
    const table = await usageTable(books, query, caller.id, () => caller.name);
    return answered(request, query, table, { budget: await budgetOf(caller) });
  }

  async function budgetOf({ id, limits }: Principal) {
    const budget = limits?.budget;
    if (!budget) return null;
    const now = Date.now();
    const resets = endOf(budget.period, now);
    return {
      limit_usd: budget.microUsd / 1e6,
      period: budget.period,
      spent_usd: (await books.spent(id, startOf(budget.period, now))) / 1e6,
      resets_at: resets === undefined ? null : new Date(resets).toISOString(),
    };
  }

  return new Elysia({ prefix: "/v1", tags: ["Usage"] }).get(
    "/usage",
    ({ request }) => own(request),
    {
      query: UsageParams,
      detail: {
        operationId: "listOwnUsage",
        summary: "Show what this key has spent",
        description: "By model, by any other column, or call by call; and how its budget stands.",
        security: [{ bearer: [] }],
        responses: answers(OwnUsage, [400, 401], { examples: OWN_USAGE, csv: USAGE_CSV }),
      },
    },
  );
}
