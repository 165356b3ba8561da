/** Models as the documentation shows them. */
import type { Examples } from "../../http/answers.ts";

const FLUX = {
  id: "flux-dev",
  object: "model",
  created: 1677609600,
  owned_by: "fal-ai",
  permission: [],
  root: "flux-dev",
  parent: null,
  name: "FLUX.1 dev",
};

export const MODEL: Examples = { "An alias": FLUX };
export const MODEL_LIST: Examples = { "The beginning": { object: "list", data: [FLUX] } };
