/** `[models]` of `falgate.toml`: an operator's own names. */
import type { Alias, Chain, Company } from "./alias.ts";
import type { Catalog, Endpoint } from "./catalog.ts";
import { modality } from "./modality.ts";
import { nearestNames } from "./nearest.ts";
import { findEndpoint, likeness } from "./newer.ts";
import type { Model } from "./model.ts";

/** Another name for what `target` means, or the same with the details that are given. */
export type Override = string | OverrideTable;

export interface OverrideTable {
  /** One endpoint, alias or language model … */
  readonly endpoint?: string;
  /** … or several endpoints, best first. */
  readonly endpoints?: readonly string[];
  /** An endpoint of the catalogue that takes the same input as one that the catalogue lacks. */
  readonly like?: string;
  /** What serves pictures to edit; else what the target has. */
  readonly edit?: string;
  readonly name?: string;
  readonly defaults?: Readonly<Record<string, unknown>>;
  readonly format?: "b64_json" | "url";
}

interface Context {
  readonly catalog: Catalog;
  /** Resolves names as if there were no overrides yet. */
  resolve(name: string): Model | undefined;
}

/** The alias that an override makes, and the endpoints it describes that the catalogue lacks. */
export function readOverride(
  id: string,
  override: Override,
  { catalog, resolve }: Context,
): { alias: Alias; endpoints: Endpoint[] } {
  const table = typeof override === "string" ? { endpoint: override } : override;
  const targets = table.endpoints ?? (table.endpoint === undefined ? [] : [table.endpoint]);
  if (targets.length === 0) throw new Error(`models."${id}": give it an endpoint`);

  const endpoints: Endpoint[] = [];
  const models = targets.map((target) => {
    const endpoint = table.like && !findEndpoint(catalog, target) && described(target, table.like);
    if (endpoint) endpoints.push(endpoint);
    const model = endpoint ? ofEndpoint(endpoint) : resolve(target);
    if (!model) {
      const near = nearestNames(target, catalog.ids(), 1);
      const hint = near.length > 0 ? `. Near it: ${near.join(", ")}` : "";
      throw new Error(`models."${id}": there is no model ${target}${hint}`);
    }
    return model;
  });

  function described(target: string, like: string) {
    const endpoint = likeness(catalog, target, { like });
    if (!endpoint) throw new Error(`models."${id}": there is no endpoint ${like} to be like`);
    return endpoint;
  }

  const edits = table.edit === undefined ? undefined : resolve(table.edit)?.endpoints;
  if (table.edit !== undefined && !edits?.length) {
    throw new Error(`models."${id}": there is no endpoint ${table.edit} to edit with`);
  }

  const [best] = models as [Model];
  const base = best.alias;
  const company: Partial<Record<Company, Chain>> = {
    ...ids(best.with),
    ...(edits ? { edit: edits.map((endpoint) => endpoint.id) } : {}),
  };
  const format = table.format ?? base?.format;
  const name = table.name ?? base?.name;
  const alias: Alias = {
    id,
    ...(name === undefined ? {} : { name }),
    modality: best.modality,
    owner: base?.owner ?? "fal-ai",
    endpoints: models.flatMap((model) => model.endpoints.map((endpoint) => endpoint.id)),
    with: company,
    defaults: { ...base?.defaults, ...table.defaults },
    ...(format === "b64_json" ? { format } : {}),
    ...(base?.mostPictures === undefined ? {} : { mostPictures: base.mostPictures }),
    ...(best.upstream === undefined ? {} : { upstream: best.upstream }),
  };
  return { alias, endpoints };
}

function ofEndpoint(
  endpoint: Endpoint,
): Pick<Model, "modality" | "endpoints" | "with"> & Partial<Model> {
  return { modality: modality(endpoint), endpoints: [endpoint], with: {} };
}

function ids(company: Model["with"]): Partial<Record<Company, Chain>> {
  const chains = Object.entries(company) as [Company, readonly Endpoint[]][];
  return Object.fromEntries(chains.map(([given, chain]) => [given, chain.map(({ id }) => id)]));
}
