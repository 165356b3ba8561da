/** `/v1/models`: what can be asked for. */
import { Elysia } from "elysia";
import { mayUse } from "../accounts/permission.ts";
import { admitted, type Principal } from "../accounts/principal.ts";
import { answers } from "../http/answers.ts";
import { trace } from "../http/trace.ts";
import { isOf, modelRow, type ModelRow, retrieveModel } from "../models/listing.ts";
import { invalidRequest } from "../openai/error.ts";
import { Model, ModelList, ModelQuery } from "../openai/models.ts";
import type { Deps } from "./deps.ts";
import { MODEL, MODEL_LIST } from "./examples/models.ts";
import { permittedModel } from "./model.ts";

/** Rows that are made before other requests have their turn. */
const AT_ONCE = 50;

interface Listed {
  revision: number;
  rows: Promise<readonly ModelRow[]>;
  /** The answer as it is written, by the kind that was asked for. */
  texts: Map<string, string>;
}

export function models({ dictionary, config }: Deps) {
  // The list is the same for everyone until the catalogue changes: it is made and written once.
  let listed: Listed | undefined;

  async function list(request: Request): Promise<Response> {
    const kind = new URL(request.url).searchParams.get("modality") ?? "";
    const caller = admitted(request);
    const { rows, texts } = caller.limits?.models ? allowed(caller) : current();
    const all = await rows;
    const data = kind === "" ? all : all.filter((row) => isOf(row, kind));
    if (data.length === 0) throw unknownKind(kind, all);
    const text = texts.get(kind) ?? JSON.stringify({ object: "list", data });
    texts.set(kind, text);
    return new Response(text, { headers: { "content-type": "application/json" } });
  }

  function current(): Listed {
    const revision = dictionary.revision();
    if (listed?.revision === revision) return listed;
    return (listed = { revision, rows: rowsOf(), texts: new Map() });
  }

  /** What this caller may use of it. */
  function allowed(caller: Principal): Pick<Listed, "rows" | "texts"> {
    const named = (name: string) => mayUse(caller, dictionary.resolve(name)!);
    const rows = current().rows.then((all) => all.filter(({ id }) => named(id)));
    return { rows, texts: new Map() };
  }

  async function rowsOf(): Promise<readonly ModelRow[]> {
    const rows: ModelRow[] = [];
    for (const model of dictionary.list(config.listModels)) {
      rows.push(modelRow(dictionary, model));
      if (rows.length % AT_ONCE === 0) await new Promise(setImmediate);
    }
    return rows;
  }

  function retrieve(request: Request): Response {
    const id = named(request);
    trace(request).model = id;
    permittedModel({ dictionary }, id, request);
    return Response.json(retrieveModel(dictionary, id));
  }

  return new Elysia({ prefix: "/v1/models", tags: ["Models"] })
    .get("/", ({ request }) => list(request), {
      query: ModelQuery,
      detail: {
        operationId: "listModels",
        summary: "List the models",
        description:
          "The aliases, and with `LIST_MODELS=all` every fal endpoint after them. Any full fal " +
          "endpoint id can be used without being listed.",
        security: [{ bearer: [] }],
        responses: answers(ModelList, [400, 401], { examples: MODEL_LIST }),
      },
    })
    .get("/:id", ({ request }) => retrieve(request), {
      detail: {
        operationId: "retrieveModel",
        summary: "Show a model",
        description:
          "An alias or a full fal endpoint id, its slashes percent-encoded or not: what serves it, " +
          "the schema of its own input, and what OpenAI's parameters become.",
        security: [{ bearer: [] }],
        responses: answers(Model, [401, 404], { examples: MODEL }),
      },
    })
    .get("/*", ({ request }) => retrieve(request), { detail: { hide: true } });
}

/** The id in the path, from the URL itself: Elysia hands out null for what it cannot decode. */
function named({ url }: Request): string {
  const { pathname } = new URL(url);
  return decodeURIComponent(pathname.slice("/v1/models/".length).replace(/\/$/, ""));
}

function unknownKind(kind: string, rows: readonly ModelRow[]) {
  const kinds = rows.flatMap(({ modality, architecture }) => [
    ...architecture.output_modalities,
    modality,
  ]);
  const message = `No model is of the kind '${kind}': there are ${[...new Set(kinds)].join(", ")}.`;
  return invalidRequest(message, "modality");
}
