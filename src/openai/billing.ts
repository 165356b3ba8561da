/**
 * OpenAI's former billing pages, which chat applications still ask for what a key may spend
 * (one-api `controller/billing.go`, NextChat `client/platforms/openai.ts`: `usage()`).
 */
import { type Static, Type } from "@sinclair/typebox";

export const BillingSubscription = Type.Object(
  {
    object: Type.Literal("billing_subscription"),
    has_payment_method: Type.Boolean(),
    soft_limit_usd: Type.Number(),
    hard_limit_usd: Type.Number({ description: "What the key may spend in its budget's period." }),
    system_hard_limit_usd: Type.Number(),
    access_until: Type.Integer({ description: "Unix seconds; 0 is for ever." }),
  },
  { description: "What the key may spend" },
);
export type BillingSubscription = Static<typeof BillingSubscription>;

export const BillingUsage = Type.Object(
  {
    object: Type.Literal("list"),
    total_usage: Type.Number({ description: "Hundredths of a dollar." }),
  },
  { description: "What the key has spent" },
);
export type BillingUsage = Static<typeof BillingUsage>;

/** What one-api says of a key without a limit. */
const UNLIMITED_USD = 100_000_000;

export function billingSubscription(limitUsd = UNLIMITED_USD): BillingSubscription {
  return {
    object: "billing_subscription",
    has_payment_method: true,
    soft_limit_usd: limitUsd,
    hard_limit_usd: limitUsd,
    system_hard_limit_usd: limitUsd,
    access_until: 0,
  };
}

export const billingUsage = (microUsd: number): BillingUsage => ({
  object: "list",
  total_usage: microUsd / 1e4,
});
