/** What there is to allow a key: the models that can be asked for, and the paths that are served. */
import type { Allowable } from "../accounts/draft.ts";
import { matches } from "../accounts/glob.ts";
import type { Dictionary } from "../models/resolve.ts";

interface Route {
  path: string;
}

/** Where fal's own ids stand in a path. */
const NATIVE = ["/", "/queue/", "/run/"];

/** Under wildcards of the routes. */
const FAMILIES = ["/rest/storage/upload/initiate", "/rest/tokens/realtime", "/files/x"];

export function createAllowable(dictionary: Dictionary, routes: () => readonly Route[]): Allowable {
  const served = () =>
    dictionary
      .list("all")
      .flatMap(({ id, endpoints }) => [id, ...endpoints.map((endpoint) => endpoint.id)]);

  function isModel(glob: string): boolean {
    if (!glob.includes("*")) return dictionary.resolve(glob) !== undefined;
    // OpenRouter knows more names than anybody lists: `vendor/*` may well be some of them.
    const sample = dictionary.resolve(glob.replaceAll("*", "x"));
    return sample?.upstream !== undefined || served().some((name) => matches(glob, name));
  }

  function isRoute(glob: string): boolean {
    const own = routes()
      .map(({ path }) => path.replace(/(?<=.)\/$/, "").replace(/:\w+/g, "x"))
      .filter((path) => !path.includes("*"));
    const native = () => NATIVE.flatMap((prefix) => served().map((id) => prefix + id));
    return (
      [...own, ...FAMILIES].some((path) => matches(glob, path)) ||
      native().some((path) => matches(glob, path))
    );
  }

  return {
    isModel,
    isRoute,
    nearest: (glob) => dictionary.nearest(glob.replaceAll("*", "")),
  };
}
