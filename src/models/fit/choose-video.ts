/** Which endpoints of a model film when so many pictures come along. */
import { invalidRequest } from "../../openai/error.ts";
import type { Endpoint } from "../catalog.ts";
import type { Model } from "../model.ts";
import { takesFrames, type Role } from "./frames.ts";
import { counted } from "./pictures.ts";

/** What that many pictures can be, the likeliest first. */
const ROLES: readonly (readonly Role[])[] = [[], ["first", "references"], ["frames", "references"]];
const MATERIAL: readonly Role[] = ["references"];

/**
 * The endpoints for 0, 1, 2 or more pictures, best first. Throws 400, naming `param`, where the model
 * takes another number of them.
 */
export function chooseVideo(
  model: Model,
  pictures: number,
  { role, param = "images" }: { role?: Role | undefined; param?: string } = {},
): readonly Endpoint[] {
  if (pictures === 0 && model.endpoints.length > 0) return model.endpoints;
  const most = model.alias?.mostPictures ?? Infinity;
  const roles = role ? [role] : (ROLES[pictures] ?? MATERIAL);
  const chain = roles
    .map((wanted) => takers(model, wanted, pictures))
    .find((endpoints) => endpoints.length > 0);
  if (pictures > 0 && pictures <= most && chain) return chain;
  const message = `The model '${model.id}' takes ${allowed(model, most)}; the request has ${pictures}.`;
  throw invalidRequest(message, param);
}

/** Those of a chain that take so many pictures in that role. */
function takers(model: Model, role: Role, pictures: number): readonly Endpoint[] {
  return served(model, role).filter((endpoint) => {
    const { least, most } = takesFrames(endpoint, role);
    return pictures >= least && pictures <= most;
  });
}

/** An endpoint that needs words of its own besides pictures stands in no company but its own. */
function served({ alias, endpoints, with: company }: Model, role: Role): readonly Endpoint[] {
  return company[role] ?? (alias ? [] : endpoints);
}

function allowed(model: Model, limit: number): string {
  const counts = (["first", "frames", "references"] as const).flatMap((role) =>
    served(model, role).map((endpoint) => takesFrames(endpoint, role)),
  );
  const most = Math.min(limit, Math.max(0, ...counts.map((count) => count.most)));
  if (most === 0) return "no pictures";
  if (model.endpoints.length > 0) return `up to ${counted(most, most)}`;
  return counted(Math.min(...counts.map((count) => count.least)), most);
}
