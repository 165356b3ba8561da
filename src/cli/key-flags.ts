/** The flags of `falgate keys`: they say what a new key may do. */

export const KEY_FLAGS = {
  name: { type: "string" },
  budget: { type: "string" },
  rpm: { type: "string" },
  concurrency: { type: "string" },
  models: { type: "string" },
  routes: { type: "string" },
  expires: { type: "string" },
  weight: { type: "string" },
  json: { type: "boolean" },
} as const;
