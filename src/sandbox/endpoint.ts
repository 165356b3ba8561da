/** fal's endpoint ids: what part of a path names the app, and what part its route. */

/** An owner's apps sit one level deeper in these. */
const namespaces = ["workflows", "comfy"];

/** `fal-ai/flux-1/dev` -> `fal-ai/flux-1`: what request URLs start with. */
export function appOf(id: string): string {
  const parts = id.split("/");
  return parts.slice(0, namespaces.includes(parts[0]!) ? 3 : 2).join("/");
}

/** `fal-ai/flux-1/dev` -> `/dev`. */
export function routeOf(id: string): string {
  return id.slice(appOf(id).length) || "/";
}

/** `fal-ai/flux-1/dev` -> `flux-1`: the name in fal's "Application not found". */
export function aliasOf(id: string): string {
  return appOf(id).split("/").at(-1) ?? id;
}

/** True when `id` is in a list that may name whole branches: `fal-ai/veo3/*`. */
export function listed(id: string, list: readonly string[] = []): boolean {
  return list.some((entry) =>
    entry.endsWith("/*") ? id.startsWith(entry.slice(0, -1)) : entry === id,
  );
}
