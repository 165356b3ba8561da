/** Where a request was asked for, as the books tell it: the path of its route as the documentation writes it. */
import { isNative } from "./native-path.ts";

/** Paths of paid routes that hold more than words. Any other stands for itself. */
const PARAMETERS: readonly (readonly [RegExp, string])[] = [
  [/^\/v1\/videos\/[^/]+(?=\/)/, "/v1/videos/{id}"],
];

/** What of fal's own is told besides owner and application. */
const HOST = /^\/(?:queue|run)(?=\/)/;
const REALTIME = /\/realtime\/?$/;
const PROXY = "/api/fal/proxy";

export function routeOf({ url }: Pick<Request, "url">): string {
  const path = new URL(url).pathname.replace(/(?<=.)\/$/, "");
  if (path === PROXY) return path;
  if (isNative(path) || isAlias(path)) {
    const [host = ""] = HOST.exec(path) ?? [];
    return `${host}/{owner}/{app}${REALTIME.test(path) ? "/realtime" : ""}`;
  }
  return PARAMETERS.reduce((told, [pattern, name]) => told.replace(pattern, name), path);
}

/** Nothing else that is paid has but one word. */
const isAlias = (path: string) => !path.includes("/", 1);
