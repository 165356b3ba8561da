/** The rows of `/v1/models`: OpenAI's form, with what OpenRouter's clients read besides. */
import type { Endpoint, Price } from "./catalog.ts";
import { type Mapping, mapping } from "./mapping.ts";
import { type Architecture, architecture } from "./modalities.ts";
import type { Modality } from "./modality.ts";
import type { Model } from "./model.ts";
import type { Dictionary } from "./resolve.ts";
import { inputSchema, type Schema } from "./schema.ts";

export interface ModelRow {
  readonly id: string;
  readonly object: "model";
  /** Unix seconds; a number because clients do arithmetic with it. fal does not tell the real one. */
  readonly created: number;
  readonly owned_by: string;
  readonly permission: readonly never[];
  readonly root: string;
  readonly parent: null;
  /** For people; the id where there is no better. */
  readonly name: string;
  /** What it turns into what: `text-to-image`. */
  readonly modality: Modality | "chat";
  readonly architecture: Architecture;
  /** OpenAI's parameters that change anything. Of a language model it is not for falgate to say. */
  readonly supported_parameters?: readonly string[];
  readonly pricing?: Pricing;
  /** fal serves it no more, or will soon not. */
  readonly deprecated?: true;
}

/** Amounts as text, as OpenRouter writes them. */
export interface Pricing {
  /** Of one picture, where pictures are counted. */
  readonly image?: string;
  readonly unit: string;
  readonly unit_price: string;
  readonly currency: string;
}

/** What serves a model: in which order, with which input, and by which of OpenAI's parameters. */
export interface Served {
  readonly id: string;
  /** What has to come along for it to serve: `edit`, pictures. */
  readonly given?: string;
  readonly deprecated?: true;
  readonly pricing?: Pricing;
  /** OpenAI's parameter to the fields that it decides; none where it decides how many calls there are. */
  readonly parameters: Mapping;
  readonly input_schema: Schema;
}

export type ModelPage = ModelRow & { readonly endpoints: readonly Served[] };

/** The date that the contract's own answer bears. */
const CREATED = 1677609600;

/** Who owns what no alias speaks for. */
const OWNER = "fal-ai";

export function modelRow(dictionary: Dictionary, model: Model): ModelRow {
  const { id, alias, upstream, endpoints, with: company } = model;
  const all = [...endpoints, ...Object.values(company).flat()];
  const [best] = all;
  const { name, price, retired } = best ? dictionary.about(best.id) : {};
  const parameters = [...new Set(all.flatMap((endpoint) => Object.keys(mapping(endpoint))))];
  return {
    id,
    object: "model",
    created: CREATED,
    owned_by: alias?.owner ?? ownerOf(upstream),
    permission: [],
    root: id,
    parent: null,
    name: alias ? (alias.name ?? id) : (name ?? id),
    modality: model.modality,
    architecture: architecture(model),
    ...(upstream === undefined ? { supported_parameters: parameters } : {}),
    ...priced(price),
    ...(retired ? { deprecated: true } : {}),
  };
}

/** Whether a row is of a kind: `image`, `text-to-image`; what it gives counts as its kind too. */
export function isOf({ modality, architecture }: ModelRow, kind: string): boolean {
  return modality === kind || architecture.output_modalities.includes(kind);
}

/** The body of `GET /v1/models/{id}` for whatever resolves, listed or not; nothing means 404. */
export function retrieveModel(dictionary: Dictionary, id: string): ModelPage | undefined {
  const model = dictionary.resolve(id);
  if (!model) return undefined;
  const served = (endpoint: Endpoint, given?: string): Served => {
    const { price, retired } = dictionary.about(endpoint.id);
    return {
      id: endpoint.id,
      ...(given === undefined ? {} : { given }),
      ...(retired ? { deprecated: true } : {}),
      ...priced(price),
      parameters: mapping(endpoint),
      input_schema: inputSchema(endpoint),
    };
  };
  const along = Object.entries(model.with).flatMap(([given, endpoints]) =>
    endpoints
      .filter((endpoint) => !model.endpoints.includes(endpoint))
      .map((endpoint) => served(endpoint, given)),
  );
  const alone = model.endpoints.map((endpoint) => served(endpoint));
  return { ...modelRow(dictionary, model), endpoints: [...alone, ...along] };
}

function priced(price: Price | undefined): { pricing?: Pricing } {
  if (!price) return {};
  const { unit, amount, currency } = price;
  const unit_price = plain(amount);
  const image = /^images?$/.test(unit) ? { image: unit_price } : {};
  return { pricing: { ...image, unit, unit_price, currency } };
}

/** Without an exponent, however small. */
const plain = (amount: number) => amount.toFixed(12).replace(/\.?0+$/, "");

function ownerOf(upstream: string | undefined) {
  return upstream?.slice(0, upstream.indexOf("/")) ?? OWNER;
}
