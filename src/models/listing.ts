/** The rows of `/v1/models`, in the shape that contract 2 gives them. */
import type { Dictionary, Model } from "./resolve.ts";

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
}

/** The date that the contract's own answer bears. */
const CREATED = 1677609600;

/** Who owns what no alias speaks for. */
const OWNER = "fal-ai";

export function modelRow({ id, alias, upstream }: Model): ModelRow {
  return {
    id,
    object: "model",
    created: CREATED,
    owned_by: alias?.owner ?? ownerOf(upstream),
    permission: [],
    root: id,
    parent: null,
    name: alias?.name ?? id,
  };
}

/** The body of `GET /v1/models`. */
export function listModels(dictionary: Dictionary) {
  return { object: "list" as const, data: dictionary.list().map(modelRow) };
}

/** The body of `GET /v1/models/{id}` for whatever resolves, listed or not; nothing means 404. */
export function retrieveModel(dictionary: Dictionary, id: string): ModelRow | undefined {
  const model = dictionary.resolve(id);
  return model && modelRow(model);
}

function ownerOf(upstream: string | undefined) {
  return upstream?.slice(0, upstream.indexOf("/")) ?? OWNER;
}
