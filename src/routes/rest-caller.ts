/** A client as fal's relayed REST API knows it. */
import { mayUse } from "../accounts/permission.ts";
import { admitted } from "../accounts/principal.ts";
import type { RestCaller } from "../native/rest.ts";
import type { Deps } from "./deps.ts";

export function restCaller({ originOf }: Pick<Deps, "originOf">, request: Request): RestCaller {
  const holder = admitted(request);
  const { headers, signal } = request;
  return {
    ...{ holder, headers, signal, base: originOf(request) },
    // fal's clients name an app with its owner or without.
    budgeted: holder.limits?.budget !== undefined,
    mayUse: (app) => mayUse(holder, { id: app, endpoints: [{ id: `fal-ai/${app}` }] }),
  };
}
