/** fal's platform API: paging, naming, what it refuses, what it garbles. */
import { describe, expect, test } from "bun:test";
import { FalError } from "../../src/fal/error.ts";
import { createPlatform } from "../../src/fal/platform.ts";

/** A platform that answers from a function; what it was asked stands in `asked`. */
function emulated(answer: (url: URL) => Response | Promise<Response>, key?: string) {
  const asked: { path: string; key: string | null }[] = [];
  const fetch = (async (input: string, init: RequestInit) => {
    const url = new URL(input);
    const query = decodeURIComponent(url.search.replaceAll("+", " "));
    asked.push({ path: url.pathname + query, key: new Headers(init.headers).get("authorization") });
    return answer(url);
  }) as typeof globalThis.fetch;
  return { asked, platform: createPlatform({ url: "https://api.fal.ai/", key, fetch }) };
}

const model = (endpoint_id: string, metadata: object = {}) => ({ endpoint_id, metadata });

describe("models", () => {
  test("page by page, whatever is missing", async () => {
    const { platform, asked } = emulated((url) => {
      const first = url.searchParams.get("cursor") === null;
      const some = first
        ? [model("a/b", { display_name: "B", status: "active", updated_at: "2026-09-01" })]
        : [model("c/d", { status: "deprecated", display_name: "" }), model(""), { nothing: 1 }];
      return Response.json({ models: some, has_more: first, next_cursor: first ? "n x" : null });
    }, "id:secret");
    expect(await platform.models()).toEqual([
      { id: "a/b", name: "B", retired: false, updated: "2026-09-01" },
      { id: "c/d", retired: true },
    ]);
    expect(asked).toEqual([
      { path: "/v1/models?limit=200", key: "Key id:secret" },
      { path: "/v1/models?limit=200&cursor=n x", key: "Key id:secret" },
    ]);
  });

  test("without a key, too", async () => {
    const { platform, asked } = emulated(() => Response.json({ models: [] }));
    expect(await platform.models()).toEqual([]);
    expect(asked[0]!.key).toBeNull();
  });

  test.each([
    ["no answer", () => Promise.reject(new Error("refused")), 0],
    ["a refusal", () => Response.json({ error: { message: "no" } }, { status: 401 }), 401],
    ["a page in HTML", () => new Response("<html>"), 502],
    ["an object of another kind", () => Response.json({ items: [] }), 502],
    [
      "a list without an end",
      () => Response.json({ models: [], has_more: true, next_cursor: "x" }),
      502,
    ],
  ])("%s is FalError", async (_, answer, status) => {
    const failure = await emulated(answer)
      .platform.models()
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(FalError);
    expect((failure as FalError).status).toBe(status);
  });

  test("not for whoever has left", async () => {
    const { platform } = emulated(() => new Promise(() => {}));
    const aborted = AbortSignal.abort();
    const fetching = createPlatform({ url: "http://127.0.0.1:9" }).models(aborted);
    expect(await fetching.catch((error: unknown) => error)).toBeInstanceOf(FalError);
    expect(platform).toBeDefined();
  });
});

test("schemas of fifty at a time", async () => {
  const ids = Array.from({ length: 60 }, (_, place) => `acme/${place}`);
  const { platform, asked } = emulated((url) =>
    Response.json({
      models: url.searchParams
        .getAll("endpoint_id")
        .filter((id) => id !== "acme/7")
        .map((id) => ({ ...model(id), openapi: { of: id } })),
    }),
  );
  const found = await platform.schemas(ids);
  expect(found.size).toBe(59);
  expect(found.get("acme/59")).toEqual({ of: "acme/59" });
  expect(asked.map(({ path }) => path.slice(0, 61))).toEqual([
    "/v1/models?expand=openapi-3.0&limit=50&endpoint_id=acme/0&end",
    "/v1/models?expand=openapi-3.0&limit=50&endpoint_id=acme/50&en",
  ]);
});

test("prices, although fal refuses a whole call for one name", async () => {
  const { platform, asked } = emulated((url) => {
    const ids = url.searchParams.getAll("endpoint_id");
    if (ids.includes("acme/gone")) return Response.json({ error: {} }, { status: 404 });
    const prices = ids.map((endpoint_id) => ({
      ...{ endpoint_id, unit: "image", currency: "USD" },
      unit_price: endpoint_id === "acme/odd" ? "free" : 0.04,
    }));
    return Response.json({ prices, has_more: false });
  });
  const ids = ["acme/a", "acme/gone", "acme/b", "acme/odd"];
  expect(await platform.prices(ids)).toEqual([
    { id: "acme/a", amount: 0.04, unit: "image", currency: "USD" },
    { id: "acme/b", amount: 0.04, unit: "image", currency: "USD" },
  ]);
  expect(asked.length).toBe(5);
});
