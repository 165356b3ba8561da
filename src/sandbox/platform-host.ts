/** api.fal.ai: the list of models, their prices, and the account. */
import { type Call, isFields } from "./call.ts";
import { listed } from "./endpoint.ts";
import { type Fal, reader } from "./fal.ts";
import { everyModel, type Model } from "./model.ts";
import { openapiOf } from "./openapi.ts";
import { priceOf } from "./price.ts";
import { json } from "./reply.ts";
import type { Settings } from "./options.ts";

const usualLimit = 50;
const mostLimit = 1000;
/** Endpoint ids that one call may name. */
const mostIds = 50;
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
  if (call.method === "GET" && path === "/account/billing") return billing(fal, call, key);
  return fault(404, "not_found", "Not found");
}

function fault(status: number, type: string, message: string): Response {
  return json(status, { error: { type, message } });
}

function named(call: Call): string[] {
  return call.query
    .getAll("endpoint_id")
    .flatMap((each) => each.split(","))
    .filter(Boolean);
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
    .filter((model) => [null, categoryOf(model)].includes(query.get("category")))
    .filter((model) => [null, statusOf(model, fal.settings)].includes(query.get("status")));
  const expand = query.getAll("expand").includes("openapi-3.0");
  const { page, ...next } = pageOf(found, query);
  return json(200, { models: page.map((model) => entryOf(model, fal.settings, expand)), ...next });
}

function pageOf<T>(all: readonly T[], query: URLSearchParams) {
  const asked = Number(query.get("limit") ?? usualLimit);
  const limit = asked >= 1 ? Math.min(mostLimit, Math.floor(asked)) : usualLimit;
  const from = Number(Buffer.from(query.get("cursor") ?? "", "base64url").toString()) || 0;
  const end = from + limit;
  const has_more = end < all.length;
  const next_cursor = has_more ? Buffer.from(String(end)).toString("base64url") : null;
  return { page: all.slice(from, end), next_cursor, has_more };
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

function categoryOf({ input, output }: Model): string {
  const names = Object.keys(input);
  const from = names.some((name) => /^(video_urls?)$/.test(name))
    ? "video"
    : names.some((name) => /image_url|_frame_url/.test(name))
      ? "image"
      : names.includes("audio_url")
        ? "audio"
        : "text";
  switch (output) {
    case "images":
    case "image":
      return `${from}-to-image`;
    case "video":
    case "videos":
      return `${from}-to-video`;
    case "audio":
      return names.includes("text") ? "text-to-speech" : `${from}-to-audio`;
    case "text":
      return from === "audio" ? "speech-to-text" : "vision";
    case "mesh":
      return `${from}-to-3d`;
    case "llm":
    case "openai":
      return "llm";
    default:
      return `${from}-to-json`;
  }
}

function pricing(fal: Fal, call: Call): Response {
  const ids = named(call);
  if (ids.length > mostIds) return fault(400, "validation_error", `At most ${mostIds} endpoint_id`);
  const all = everyModel(fal.settings);
  const unknown = ids.find((id) => !all.some((model) => model.id === id));
  if (unknown) return fault(404, "not_found", `Endpoint ${unknown} not found`);
  const { page, ...next } = pageOf(
    all.filter(({ id }) => !ids.length || ids.includes(id)),
    call.query,
  );
  const prices = page.map((model) => {
    const { unit, unitPrice } = priceOf(model);
    return { endpoint_id: model.id, unit_price: unitPrice, unit, currency: "USD" };
  });
  return json(200, { prices, ...next });
}

/** What calls cost on average is not known here; one call counts as one unit. */
function estimate(fal: Fal, { body }: Call): Response {
  const endpoints = isFields(body) ? body["endpoints"] : undefined;
  const type = isFields(body) ? body["estimate_type"] : undefined;
  const quantity = { unit_price: "unit_quantity", historical_api_price: "call_quantity" }[
    String(type)
  ];
  if (!isFields(endpoints) || !quantity) return fault(400, "validation_error", "Invalid request");
  const all = everyModel(fal.settings);
  let total = 0;
  for (const [id, asked] of Object.entries(endpoints)) {
    const model = all.find((each) => each.id === id);
    if (!model) return fault(404, "not_found", `Endpoint ${id} not found`);
    const count = isFields(asked) ? Number(asked[quantity]) : NaN;
    if (!(count > 0)) return fault(400, "validation_error", `${quantity} must be positive`);
    total += count * priceOf(model).unitPrice;
  }
  return json(200, { estimate_type: type, total_cost: total, currency: "USD" });
}

function billing(fal: Fal, call: Call, key: string): Response {
  const spent = fal.ledger.charges
    .filter((charge) => charge.key === key)
    .reduce((sum, { cost }) => sum + cost, 0);
  const credits = { current_balance: (fal.settings.balance ?? 100) - spent, currency: "USD" };
  const expand = call.query.getAll("expand").includes("credits");
  return json(200, { username: key.split(":")[0], ...(expand && { credits }) });
}
