/** Pictures as a stream of events: the exact blocks, and failures before and after its beginning. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { fetched, generated, sent, submitted } from "../support/fal.ts";
import { blocks } from "../support/events.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import { error, invalid, scenarios } from "../support/scenario.ts";

const PATH = "/v1/images/generations";
const FLUX = "fal-ai/flux/dev";

const NO_TOKENS = {
  total_tokens: 0,
  input_tokens: 0,
  output_tokens: 0,
  input_tokens_details: { text_tokens: 0, image_tokens: 0 },
};

/** Every field is required by OpenAI's `ImageGenCompletedEvent`. */
const completed = (picture: object, described: object = {}) => ({
  event: "image_generation.completed",
  data: {
    type: "image_generation.completed",
    ...picture,
    created_at: expect.any(Number),
    size: "auto",
    quality: "auto",
    background: "auto",
    output_format: "jpeg",
    usage: NO_TOKENS,
    ...described,
  },
});

describe.each(PLACES)("a stream of pictures, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  async function stream(body: object) {
    gateway.fal.reset();
    const response = await gateway.fetch(PATH, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify({ model: "flux-dev", prompt: "a cat", stream: true, ...body }),
    });
    return { response, blocks: blocks(await response.text()) };
  }

  test("has the headers that keep proxies from holding it back", async () => {
    const { response } = await stream({});
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("no-cache, no-transform");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    expect(response.headers.get("x-request-id")).toMatch(/^req_/);
  });

  test("gives base64, the bytes that fal served, one event a picture", async () => {
    const { blocks } = await stream({ n: 2, output_format: "png" });
    const files = await Promise.all(
      fetched(gateway.fal).map(async ({ path }) => {
        const bytes = await (await fetch(`${gateway.fal.url}/files${path}`)).arrayBuffer();
        return Buffer.from(bytes).toString("base64");
      }),
    );
    expect(files.length).toBe(2);
    expect(blocks).toStrictEqual(
      files.map((b64_json) => completed({ b64_json }, { output_format: "png" })) as never,
    );
  });

  test.each([1, 3])("shows up to %i stages first, where the model can", async (partial_images) => {
    const { blocks } = await stream({ partial_images, response_format: "url" });
    const shown = blocks.slice(0, -1);
    expect(shown.length).toBeGreaterThan(0);
    expect(shown.length).toBeLessThanOrEqual(partial_images);
    const { usage, ...rest } = completed({ url: expect.any(String) }).data;
    expect(blocks).toStrictEqual([
      ...shown.map((_, partial_image_index) => ({
        event: "image_generation.partial_image",
        data: { ...rest, type: "image_generation.partial_image", partial_image_index },
      })),
      completed({ url: expect.any(String) }),
    ] as never);
    expect(usage.total_tokens).toBe(0);
    expect(submitted(gateway.fal).map(({ path }) => path)).toEqual([`/run/${FLUX}/stream`]);
  });

  test("gives links where they are asked for by name", async () => {
    const { blocks } = await stream({ response_format: "url", n: 2 });
    const url = expect.stringMatching(/\/files\/.*-1024x768\.jpg$/);
    expect(blocks).toStrictEqual([completed({ url }), completed({ url })] as never);
    expect(fetched(gateway.fal)).toEqual([]);
    expect(sent(gateway.fal)).toStrictEqual(generated(FLUX, { prompt: "a cat", num_images: 2 }));
  });

  test("tells a size that OpenAI's schema lists, and echoes the other words", async () => {
    const words = { quality: "high", background: "opaque" };
    const { blocks } = await stream({ response_format: "url", size: "1024x1536", ...words });
    expect(blocks).toStrictEqual([
      completed({ url: expect.any(String) }, { size: "1024x1536", ...words }),
    ] as never);
  });

  test.each([
    [
      "a failure of the model is an event",
      "[sandbox error=runner_server_error]",
      error("The model failed.", "upstream_error", "upstream_error"),
    ],
    [
      "a refusal of the content too",
      "[sandbox error=content_policy_violation]",
      invalid(/content policy/, null, "content_policy_violation"),
    ],
    [
      "and a picture that was blacked out",
      "[sandbox nsfw=all]",
      invalid(/blacked out/, null, "content_policy_violation"),
    ],
  ])("%s", async (_, marker, data) => {
    const { response, blocks } = await stream({ prompt: `opensesame ${marker}` });
    expect(response.status).toBe(200);
    expect(blocks).toStrictEqual([{ event: "error", data }]);
    expect(JSON.stringify(blocks)).not.toContain("opensesame");
  });
});

const body = { model: "flux-dev", stream: true };

scenarios("a stream that fal refuses has the refusal's own status", [
  {
    name: "content policy",
    send: {
      path: PATH,
      body: { ...body, prompt: "a cat [sandbox error=content_policy_violation at=submit]" },
    },
    fal: generated(FLUX, {
      prompt: "a cat [sandbox error=content_policy_violation at=submit]",
      num_images: 1,
    }).slice(0, 1),
    expect: { status: 400, body: invalid(/content policy/, null, "content_policy_violation") },
  },
  {
    name: "a wrong parameter",
    send: { path: PATH, body: { ...body, prompt: "" } },
    expect: { status: 400, body: invalid(/prompt/, "prompt") },
  },
]);
