/** Endpoint ids and the URLs that fal derives from them. */

/** Namespaces shift owner and alias by one segment (fal-js, `utils.ts`, ENDPOINT_NAMESPACES). */
const NAMESPACES = new Set(["workflows", "comfy"]);

/**
 * The part of an endpoint id that addresses its requests: `fal-ai/flux-1/dev` is submitted under its
 * full id, and its requests live under `fal-ai/flux-1` (docs.fal.ai, "Queue": the subpath is used
 * when making the request, but not when getting its status or result).
 */
export function appOf(id: string): string {
  const segments = id.split("/");
  return segments.slice(0, NAMESPACES.has(segments[0]!) ? 3 : 2).join("/");
}

/** The alias alone, which realtime tokens are made for (fal-js, `auth.ts`): `flux-1`. */
export const aliasOf = (id: string): string => appOf(id).split("/").at(-1)!;
