/** Where fal is, and what is asked of it. */
import { Type } from "@sinclair/typebox";
import { meta, url } from "./option.ts";

export const fal = {
  catalogRefresh: Type.Number({
    ...meta({
      description:
        "hours between two looks at fal's list of models, for new and retired ones and prices; 0 never looks",
    }),
    default: 24,
    minimum: 0,
    maximum: 720,
  }),
  falMediaHosts: Type.Array(Type.String({ pattern: "^(\\*\\.)?[0-9A-Za-z.-]+(:[0-9]+)?$" }), {
    ...meta({
      description:
        "the only hosts that outputs are fetched from; an address in a private range is reached only when it is named here",
      expects: "host names, *.domains or addresses, separated by commas",
    }),
    default: ["fal.media", "*.fal.media", "fal.run", "*.fal.run", "storage.googleapis.com"],
  }),
  reconcileTime: Type.Number({
    ...meta({
      description:
        "seconds for which fal's list of requests is asked for a submission that a crash or a cut connection has lost",
    }),
    default: 180,
    minimum: 0,
    maximum: 86400,
  }),
  falQueueUrl: url("https://queue.fal.run", "base of fal's queue"),
  falRunUrl: url("https://fal.run", "base of fal's synchronous API and language models"),
  falRestUrl: url("https://rest.fal.ai", "base of fal's storage"),
  falPlatformUrl: url("https://api.fal.ai", "base of fal's platform API"),
};
