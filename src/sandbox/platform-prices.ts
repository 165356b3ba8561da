/** The platform's prices, and what a number of units would cost. */
import { type Call, isFields } from "./call.ts";
import type { Fal } from "./fal.ts";
import { everyModel } from "./model.ts";
import { fault, mostIds, named, pageOf } from "./platform-query.ts";
import { priceOf } from "./price.ts";
import { json } from "./reply.ts";

export function pricing(fal: Fal, call: Call): Response {
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
export function estimate(fal: Fal, { body }: Call): Response {
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
