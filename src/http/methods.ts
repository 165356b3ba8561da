/** Which methods a path answers to: for telling a wrong method from a wrong path. */

export interface Route {
  method: string;
  path: string;
}

/** Empty for a path that no route has. */
export function methodsOf(routes: readonly Route[], path: string): string[] {
  const straight = path.length > 1 ? path.replace(/\/$/, "") : path;
  const found = routes.filter((route) => pattern(route.path).test(straight));
  return [...new Set(found.map(({ method }) => method))].sort();
}

/** `/v1/models/:id` and `/v1/models/*` as regular expressions. */
function pattern(path: string): RegExp {
  const source = path
    .replace(/(?<=.)\/$/, "")
    .replace(/[.+?^${}()|[\]\\]/g, "\\$&")
    .replace(/:[^/]+/g, "[^/]+")
    .replace(/\*/g, ".+");
  return new RegExp(`^${source}$`);
}
