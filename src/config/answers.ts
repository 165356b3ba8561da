/** How requests are answered. */
import { Type } from "@sinclair/typebox";
import { choice, meta } from "./option.ts";

export const answers = {
  defaultResponseFormat: choice(["url", "b64_json"] as const, {
    description:
      "how pictures are handed out when the client does not say; aliases of OpenAI's gpt-image models always answer `b64_json`",
    default: "url",
  }),
  listModels: choice(["aliases", "all"] as const, {
    description: "what `/v1/models` lists: the names that clients know, or every fal endpoint too",
    default: "aliases",
  }),
  requestTimeout: Type.Number({
    ...meta({
      description:
        "seconds a client waits on one call at the longest; the generation itself goes on and is kept",
    }),
    default: 600,
    exclusiveMinimum: 0,
    maximum: 86400,
  }),
  cancelOnDisconnect: choice(["queued", "always", "never"] as const, {
    description:
      "what is cancelled at fal when the client leaves: what has not started, everything, nothing",
    default: "queued",
  }),
  jsonKeepalive: Type.Number({
    ...meta({
      description:
        "seconds of silence after which a waiting JSON answer starts with status 200 and trickles whitespace, so that no proxy cuts it; 0 is off",
    }),
    default: 0,
    minimum: 0,
    maximum: 3600,
  }),
  streamKeepalive: Type.Number({
    ...meta({
      description:
        "seconds of silence after which an event stream sends a comment, so that nothing between here and the client cuts it",
    }),
    default: 15,
    exclusiveMinimum: 0,
    maximum: 3600,
  }),
  chatProgress: choice(["reasoning_content", "content", "none"], {
    description: "where a model that draws in a chat stream tells how far it is",
    default: "reasoning_content",
  }),
  webhookHosts: Type.Array(Type.String({ pattern: "^[0-9A-Za-z.-]+(:[0-9]+)?$" }), {
    ...meta({
      description:
        "hosts that a client's `fal_webhook` or `callback_url` may name although they lead to a private address",
      expects: "host names or addresses, with a port where it is not the usual one",
    }),
    default: [],
  }),
  callbackSecret: Type.Optional(
    Type.String({
      ...meta({
        description:
          "signs the calls to a client's `callback_url`, as Standard Webhooks has it; without it one is derived from `FAL_KEY`, and `falgate check --show-callback-secret` prints it",
        secret: true,
        expects: "of the form whsec_ and base64",
      }),
      pattern: "^whsec_[A-Za-z0-9+/]{32,}={0,2}$",
    }),
  ),
};
