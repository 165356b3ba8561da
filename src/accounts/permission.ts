/** Which models and which routes a key may use. */
import { ApiError } from "../openai/error.ts";
import { matchesAny } from "./glob.ts";
import type { Principal } from "./principal.ts";

/** A model by every name that it can be allowed under. */
export interface Named {
  /** As the client wrote it. */
  readonly id: string;
  /** What it is called here, where that is another spelling. */
  readonly alias?: { readonly id: string };
  /** fal's ids that may serve it. */
  readonly endpoints: readonly { readonly id: string }[];
  /** Those that serve it when something comes along. */
  readonly with?: Readonly<Partial<Record<string, readonly { readonly id: string }[]>>>;
  /** OpenRouter's id. */
  readonly upstream?: string;
}

/** By a name of its own, or because all of fal's endpoints that may serve it are allowed. */
export function mayUse({ limits }: Principal, model: Named): boolean {
  const globs = limits?.models;
  if (!globs) return true;
  const { id, alias, upstream, endpoints, with: company = {} } = model;
  const names = [id, alias?.id, upstream].filter((name) => name !== undefined);
  if (names.some((name) => matchesAny(globs, name))) return true;
  const served = [...endpoints, ...Object.values(company).flatMap((along) => along ?? [])];
  return served.length > 0 && served.every((endpoint) => matchesAny(globs, endpoint.id));
}

/** @throws {ApiError} 403 `model_not_allowed`. */
export function permitModel(principal: Principal, model: Named): void {
  if (mayUse(principal, model)) return;
  const allowed = principal.limits!.models!.join(", ");
  const message = `This key may not use the model '${model.id}'. It may use: ${allowed}.`;
  throw new ApiError(403, message, "invalid_request_error", {
    param: "model",
    code: "model_not_allowed",
  });
}

/**
 * `path` with its `/v1`, whichever way the client wrote it.
 * @throws {ApiError} 403 `route_not_allowed`.
 */
export function permitRoute({ limits }: Principal, path: string): void {
  const globs = limits?.routes;
  if (!globs || matchesAny(globs, path)) return;
  const message = `This key may not call ${path}. It may call: ${globs.join(", ")}.`;
  throw new ApiError(403, message, "invalid_request_error", { code: "route_not_allowed" });
}
