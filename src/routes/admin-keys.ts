/** `/admin/keys`: client keys, made, listed and revoked. */
import { Elysia } from "elysia";
import { createClientKeys } from "../accounts/client-keys.ts";
import type { Said } from "../accounts/draft.ts";
import { answers, requests } from "../http/answers.ts";
import { jsonBody } from "../http/parse.ts";
import { createAllowable } from "./allowable.ts";
import type { Deps } from "./deps.ts";
import { KEY_LIST, KEY_MADE, KEY_REQUESTS, KEY_REVOKED } from "./examples/keys.ts";
import { Key, KeyList, KeyParams, NewKey } from "./key-schema.ts";

/** `routes`: all that the gateway serves, once they are all there. */
export function adminKeys(deps: Deps, routes: () => readonly { path: string }[]) {
  const { accounts, config, dictionary } = deps;
  const keys = createClientKeys({
    store: accounts.keyStore,
    allowable: createAllowable(dictionary, routes),
    changed: accounts.changed,
  });
  const content = { "application/json": { schema: KeyParams as object } };
  const security = [{ admin: [] }];

  return new Elysia({ prefix: "/admin/keys", tags: ["Administration"] })
    .post("/", async ({ body }) => Response.json(await keys.create(body as Said)), {
      parse: jsonBody(config.maxBodySize * 1e6),
      detail: {
        operationId: "createKey",
        summary: "Make a client key",
        description:
          "The key is in this answer and nowhere else: only its digest is kept. What it leaves out " +
          "is not limited.",
        security,
        requestBody: { required: true, content },
        ...requests(KEY_REQUESTS),
        responses: answers(NewKey, [400, 401, 403, 409, 413], { examples: KEY_MADE }),
      },
    })
    .get("/", async () => Response.json({ object: "list", data: await keys.list() }), {
      detail: {
        operationId: "listKeys",
        summary: "List the client keys",
        description: "Those of `API_KEY` are not among them, and those that are revoked stay.",
        security,
        responses: answers(KeyList, [401, 403], { examples: KEY_LIST }),
      },
    })
    .delete("/:id", async ({ params }) => Response.json(await keys.revoke(params.id)), {
      detail: {
        operationId: "revokeKey",
        summary: "Revoke a client key",
        description:
          "By its id, or by its name. It is dead at once, on every instance; what it has begun goes " +
          "on to its end.",
        security,
        responses: answers(Key, [401, 403, 404], { examples: KEY_REVOKED }),
      },
    });
}
