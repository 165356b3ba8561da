/** `[prices]` of falgate.toml: what the owner says that an endpoint costs. */
import type { OwnPrice } from "./prices.ts";

/** `"fal-ai/flux/dev" = 0.03`, or `{ amount = 0.03, unit = "images" }`. Throws with what is wrong. */
export function readOwnPrices(table: Readonly<Record<string, unknown>>): Map<string, OwnPrice> {
  return new Map(
    Object.entries(table).map(([endpoint, value]) => [endpoint, read(endpoint, value)]),
  );
}

function read(endpoint: string, value: unknown): OwnPrice {
  const isTable = typeof value === "object" && value !== null && !Array.isArray(value);
  const given = isTable ? (value as Record<string, unknown>) : { amount: value };
  const { amount, unit, ...others } = given;
  const other = Object.keys(others)[0];
  if (other !== undefined) throw new Error(`[prices] "${endpoint}" has no "${other}"`);
  if (typeof amount !== "number" || !(amount >= 0) || !Number.isFinite(amount)) {
    throw new Error(`[prices] "${endpoint}" must be dollars for one unit, such as 0.03`);
  }
  if (unit === undefined) return { amount };
  if (typeof unit === "string" && unit.trim() !== "") return { amount, unit };
  throw new Error(`[prices] "${endpoint}": unit must be a text such as "images"`);
}
