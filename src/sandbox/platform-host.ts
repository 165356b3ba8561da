/** api.fal.ai: the list of models, their prices, and the account. */
import type { Call } from "./call.ts";
import { categoryOf } from "./category.ts";
import { listed } from "./endpoint.ts";
import { type Fal, reader } from "./fal.ts";
import { everyModel } from "./model.ts";
import type { Model } from "./schema.ts";
import { openapiOf } from "./openapi.ts";
import { estimate, pricing } from "./platform-prices.ts";
import { requestsByEndpoint } from "./platform-requests.ts";
import { fault, mostIds, named, pageOf } from "./platform-query.ts";
import { json } from "./reply.ts";
import type { Settings } from "./options.ts";

const updated = "2026-08-01T00:00:00.000Z";

export function platformHost(fal: Fal, call: Call): Response {
  const path = call.path.replace(/^\/v1/, "");
  if (call.method === "GET" && path === "/meta")
    return json(200, { webhook_ip_ranges: ["127.0.0.1/32"] });
  // The list of models is public, with lower limits.
  if (call.method === "GET" && path === "/models") return models(fal, call);
  const key = reader(fal, call, "platform");
  if (typeof key !== "string") return fault(401, "authorization_error", "Authentication required");
  if (call.method === "GET" && path === "/models/pricing") return pricing(fal, call);
  if (call.method === "POST" && path === "/models/pricing/estimate") return estimate(fal, call);
  if (call.method === "GET" && path === "/models/requests/by-endpoint") {
    return requestsByEndpoint(fal, call, key);
  }
  if (call.method === "GET" && path === "/account/billing") return billing(fal, call, key);
  return fault(404, "not_found", "Not found");
}

function models(fal: Fal, call: Call): Response {
  const { query } = call;
  const ids = named(call);
  if (ids.length > mostIds) return fault(400, "validation_error", `At most ${mostIds} endpoint_id`);
  const words = query.get("q")?.toLowerCase();
  const found = everyModel(fal.settings)
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .filter(
      ({ id }) =>
        !words || id.toLowerCase().includes(words) || nameOf(id).toLowerCase().includes(words),
    )
    .filter((model) => (query.get("category") ?? categoryOf(model)) === categoryOf(model))
    .filter(
      (model) =>
        (query.get("status") ?? "") === "" || query.get("status") === statusOf(model, fal.settings),
    );
  const expand = query.getAll("expand").includes("openapi-3.0");
  const { page, ...next } = pageOf(found, query);
  return json(200, { models: page.map((model) => entryOf(model, fal.settings, expand)), ...next });
}

function entryOf(model: Model, settings: Settings, expand: boolean) {
  const { id } = model;
  return {
    endpoint_id: id,
    metadata: {
      display_name: nameOf(id),
      category: categoryOf(model),
      description: `${nameOf(id)}, emulated`,
      status: statusOf(model, settings),
      tags: [],
      updated_at: updated,
      is_favorited: null,
      thumbnail_url: "",
      model_url: `https://fal.run/${id}`,
    },
    ...(expand && { openapi: openapiOf(model) }),
  };
}

function nameOf(id: string): string {
  const words = id.split("/").slice(1).join(" ").replaceAll("-", " ");
  return words.replace(/\b[a-z]/g, (letter) => letter.toUpperCase());
}

function statusOf({ id }: Model, { retired }: Settings): "active" | "deprecated" {
  return listed(id, retired) ? "deprecated" : "active";
}

function billing(fal: Fal, call: Call, key: string): Response {
  const spent = fal.ledger.charges
    .filter((charge) => charge.key === key)
    .reduce((sum, { cost }) => sum + cost, 0);
  const credits = { current_balance: (fal.settings.balance ?? 100) - spent, currency: "USD" };
  const expand = call.query.getAll("expand").includes("credits");
  return json(200, { username: key.split(":")[0], ...(expand && { credits }) });
}
