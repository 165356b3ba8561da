/** Client keys as the documentation shows them. */
import type { Examples } from "../../http/answers.ts";

const ANNA = {
  id: "key_42r12yjdqqjiqzad",
  object: "key",
  name: "anna",
  prefix: "sk-5v7ek3s",
  status: "active",
  created_at: 1795243913,
  expires_at: 1803019913,
  revoked_at: null,
  rpm: 60,
  concurrency: 4,
  budget: "20usd/month",
  models: ["flux-*", "veo3*"],
  routes: null,
  weight: 1,
};

export const KEY_REQUESTS: Examples = {
  "With limits": {
    name: "anna",
    rpm: 60,
    concurrency: 4,
    budget: "20usd/month",
    models: ["flux-*", "veo3*"],
    expires: "90d",
  },
  "Pictures only, without limits": { name: "gallery", routes: ["/v1/images/*", "/v1/models*"] },
};

export const KEY_MADE: Examples = {
  "Shown this once": { ...ANNA, key: "sk-5v7ek3s5zraemeh34n68fzuqelgn5k7x2jiu3s5ts3v1jjmihj" },
};

export const KEY_REVOKED: Examples = {
  Revoked: { ...ANNA, status: "revoked", revoked_at: 1795330313 },
};

export const KEY_LIST: Examples = { Keys: { object: "list", data: [ANNA] } };
