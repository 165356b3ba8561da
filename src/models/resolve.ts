/** From the name that a client writes to what serves it: alias, fal endpoint or language model. */
import type { Alias, Chain, Company } from "./alias.ts";
import { builtinAliases } from "./aliases.ts";
import { languageModel } from "./aliases/chat.ts";
import { nativeNames } from "./aliases/native.ts";
import type { About, Catalog, Endpoint } from "./catalog.ts";
import { modality, type Modality } from "./modality.ts";
import type { Kind, Model } from "./model.ts";
import { nearestNames } from "./nearest.ts";
import { findEndpoint } from "./newer.ts";
import { readOverride, type Override } from "./override.ts";
import { company, variationSibling } from "./siblings.ts";

export interface Dictionary {
  /** Nothing where no model of that name can be served: answer 404 `model_not_found`. */
  resolve(name: string): Model | undefined;
  /** The alias of that name alone: what every request of fal's own API is looked up by. */
  alias(name: string): Alias | undefined;
  /** Up to `count` (3) names that somebody who wrote `name` may have meant. */
  nearest(name: string, count?: number): string[];
  /** What `/v1/models` lists: every alias, then the fal ids that contract 4 names, or all of them. */
  list(scope?: Scope): readonly Model[];
  /** What fal says of an endpoint. */
  about(id: string): About;
  /** Another number once the catalogue has changed. */
  revision(): number;
}

export type Scope = "aliases" | "all";

const KINDS: Readonly<Partial<Record<Modality | "chat", Kind>>> = {
  chat: "chat",
  "text-to-image": "image",
  "image-to-image": "image",
  "text-to-video": "video",
  "image-to-video": "video",
  "video-to-video": "video",
  "audio-to-video": "video",
  "text-to-speech": "speech",
  "speech-to-text": "transcription",
};

/** fal's own family: it may be left out of an id, as in `flux/dev` for `fal-ai/flux/dev`. */
const FAMILY = "fal-ai/";

export interface DictionaryOptions {
  readonly catalog: Catalog;
  /** `[models]` of `falgate.toml`: adds names, or gives known ones another meaning. */
  readonly overrides?: Readonly<Record<string, Override>>;
}

/**
 * Throws a plain `Error` that names the key when an override makes no sense.
 *
 * Order: alias, fal endpoint (with or without `fal-ai/`), language model.
 */
export function createDictionary({ catalog, overrides = {} }: DictionaryOptions): Dictionary {
  const aliases = new Map(builtinAliases.map((alias) => [alias.id, alias]));
  const spellings = new Map(
    builtinAliases.flatMap((alias) => (alias.also ?? []).map((name) => [name, alias.id])),
  );
  const own = new Map<string, Endpoint>();
  const added = Object.entries(overrides).map(([name, override]) =>
    readOverride(name, override, { catalog, resolve }),
  );
  for (const { alias, endpoints } of added) {
    aliases.set(alias.id, alias);
    spellings.delete(alias.id);
    for (const endpoint of endpoints) own.set(endpoint.id, endpoint);
  }

  function alias(name: string) {
    return aliases.get(name) ?? aliases.get(spellings.get(name) ?? "");
  }

  function resolve(name: string): Model | undefined {
    const known = alias(name);
    if (known) return fromAlias(name, known);
    const endpoint = endpointOf(name) ?? endpointOf(FAMILY + name);
    if (endpoint) return fromEndpoint(name, endpoint);
    if (name.startsWith(FAMILY)) return undefined;
    const upstream = languageModel(name);
    if (!upstream) return undefined;
    return { id: name, kind: "chat", modality: "chat", endpoints: [], with: {}, upstream };
  }

  function endpointOf(id: string) {
    return own.get(id) ?? findEndpoint(catalog, id);
  }

  function about(id: string): About {
    return catalog.about?.(id) ?? {};
  }

  /** Without what fal has retired, unless it has retired all of it: then the answer is fal's to give. */
  function chain(ids: Chain): readonly Endpoint[] {
    const found = ids.map(endpointOf).filter((endpoint) => endpoint !== undefined);
    const alive = found.filter(({ id }) => !about(id).retired);
    return alive.length > 0 ? alive : found;
  }

  function fromAlias(name: string, alias: Alias): Model {
    const company = Object.entries(alias.with ?? {}) as [Company, Chain][];
    return {
      id: name,
      kind: KINDS[alias.modality] ?? "other",
      modality: alias.modality,
      alias,
      endpoints: chain(alias.endpoints),
      with: {
        ...variations(alias),
        ...Object.fromEntries(company.map(([given, ids]) => [given, chain(ids)])),
      },
      ...(alias.upstream === undefined ? {} : { upstream: alias.upstream }),
    };
  }

  /** No alias names them: they go by the ids of what draws. */
  function variations({ modality, endpoints }: Alias): Model["with"] {
    if (modality !== "text-to-image") return {};
    const found = chain(endpoints)
      .map((endpoint) => variationSibling(endpointOf, endpoint))
      .filter((endpoint) => endpoint !== undefined);
    return found.length > 0 ? { variation: found } : {};
  }

  function fromEndpoint(name: string, endpoint: Endpoint): Model {
    const made = modality(endpoint);
    return {
      id: name,
      kind: KINDS[made] ?? "other",
      modality: made,
      endpoints: [endpoint],
      with: company(endpointOf, endpoint),
    };
  }

  function list(scope: Scope = "aliases") {
    const listed = [...aliases.values()].map((alias) => fromAlias(alias.id, alias));
    const rest = scope === "all" ? catalog.ids() : [];
    const names = new Set([...nativeNames, ...rest]);
    const native = [...names]
      .filter((name) => !aliases.has(name))
      .map(resolve)
      .filter((model) => model !== undefined);
    return [...listed, ...native];
  }

  return {
    resolve,
    alias,
    nearest: (name, count = 3) =>
      nearestNames(name, [...aliases.keys(), ...spellings.keys(), ...catalog.ids()], count),
    list,
    about,
    revision: () => catalog.revision?.() ?? 0,
  };
}
