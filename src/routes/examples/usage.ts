/** Reports of the books as the documentation shows them. */
import type { Examples } from "../../http/answers.ts";

const TOTAL = {
  calls: 41,
  failed: 2,
  cost_usd: 1.5631,
  input_tokens: 5120,
  output_tokens: 2048,
};

const SPAN = { object: "list", from: "2026-08-01", to: "2026-08-31" };

const BY_KEY = { key: "key_9f2c", name: "anna", ...TOTAL };

const CALL = {
  id: "6f1d1a52-8d0e-4a08-9a55-0f8f3f2f6f0b",
  time: "2026-08-03T12:30:00.000Z",
  key: "key_9f2c",
  name: "anna",
  route: "/v1/images/generations",
  model: "flux-dev",
  endpoint: "fal-ai/flux/dev",
  trace: "req_52c1d7c2b0a94a0b8f6b4a1f0c6f3d11",
  request_id: "764cabcf-b745-4b3e-ae38-1200304cf45b",
  state: "completed",
  units: 1,
  unit: "megapixels",
  unit_price_usd: 0.025,
  cost_usd: 0.025,
  held_usd: 0,
  input_tokens: null,
  output_tokens: null,
  latency_ms: 1840,
  queue_ms: 210,
  ended: "2026-08-03T12:30:01.840Z",
};

const ONE_CALL = {
  ...TOTAL,
  calls: 1,
  failed: 0,
  cost_usd: 0.025,
  input_tokens: 0,
  output_tokens: 0,
};

export const USAGE_LIST: Examples = {
  "By key": { ...SPAN, data: [BY_KEY], total: TOTAL, has_more: false },
  "By day and model": {
    ...SPAN,
    data: [{ day: "2026-08-03", model: "flux-dev", ...TOTAL }],
    total: TOTAL,
    has_more: false,
  },
  "Call by call": { ...SPAN, data: [CALL], total: ONE_CALL, has_more: false },
};

export const OWN_USAGE: Examples = {
  "By model": {
    ...SPAN,
    data: [{ model: "flux-dev", ...TOTAL }],
    total: TOTAL,
    has_more: false,
    budget: {
      limit_usd: 20,
      period: "month",
      spent_usd: 1.5631,
      resets_at: "2026-09-01T00:00:00.000Z",
    },
  },
};

export const USAGE_CSV =
  "model,calls,failed,cost_usd,input_tokens,output_tokens\r\nflux-dev,41,2,1.5631,5120,2048\r\n";

export const BILLING_SUBSCRIPTION: Examples = {
  "Twenty dollars a month": {
    object: "billing_subscription",
    has_payment_method: true,
    soft_limit_usd: 20,
    hard_limit_usd: 20,
    system_hard_limit_usd: 20,
    access_until: 0,
  },
};

export const BILLING_USAGE: Examples = {
  "A dollar and a half": { object: "list", total_usage: 156.31 },
};
