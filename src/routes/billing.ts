/** `/v1/dashboard/billing`: what a key may spend and has spent, as chat applications ask for it. */
import { Elysia } from "elysia";
import { startOf } from "../accounts/period.ts";
import { admitted } from "../accounts/principal.ts";
import { answers } from "../http/answers.ts";
import {
  billingSubscription,
  BillingSubscription,
  billingUsage,
  BillingUsage,
} from "../openai/billing.ts";
import type { Deps } from "./deps.ts";
import { BILLING_SUBSCRIPTION, BILLING_USAGE } from "./examples/usage.ts";

export function billing({ usage }: Deps) {
  function subscription(request: Request): Response {
    const { budget } = admitted(request).limits ?? {};
    return Response.json(billingSubscription(budget && budget.microUsd / 1e6));
  }

  /** The dates that applications send are of a month; a budget of another period says its own. */
  async function spent(request: Request): Promise<Response> {
    const { id, limits } = admitted(request);
    const period = limits?.budget?.period ?? "month";
    const cost = await usage.spent(id, startOf(period, Date.now()));
    return Response.json(billingUsage(cost));
  }

  const security = [{ bearer: [] }];
  return new Elysia({ prefix: "/v1/dashboard/billing", tags: ["Usage"] })
    .get("/subscription", ({ request }) => subscription(request), {
      detail: {
        operationId: "retrieveSubscription",
        summary: "Show the budget, to chat applications",
        description:
          "In the form of OpenAI's former page. A key without a budget may spend what one-api says " +
          "of one without a limit.",
        security,
        responses: answers(BillingSubscription, [401], { examples: BILLING_SUBSCRIPTION }),
      },
    })
    .get("/usage", ({ request }) => spent(request), {
      detail: {
        operationId: "retrieveBillingUsage",
        summary: "Show what was spent, to chat applications",
        description:
          "Hundredths of a dollar since the budget began anew, or in this month where there is none: " +
          "beside the limit of `subscription` it says what is left. Dates in the query are not read.",
        security,
        responses: answers(BillingUsage, [401], { examples: BILLING_USAGE }),
      },
    });
}
