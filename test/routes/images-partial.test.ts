/** A picture shown while it grows: which models can, how often, and what is never sent twice. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { blocks } from "../support/events.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";

const PATH = "/v1/images/generations";

describe.each(PLACES)("a growing picture, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  async function draw(body: object) {
    gateway.fal.reset();
    const response = await gateway.fetch(PATH, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify({ prompt: "a cat", stream: true, ...body }),
    });
    const text = await response.text();
    const events = blocks(text).filter((block) => "event" in block);
    return { status: response.status, events };
  }

  const posts = () =>
    gateway.fal.requests
      .filter(({ method }) => method === "POST")
      .map(({ host, path }) => `${host} ${path}`);

  test.each([
    [{ model: "flux-dev", partial_images: 2 }, 2, "run /fal-ai/flux/dev/stream"],
    [{ model: "flux-dev", partial_images: 1 }, 1, "run /fal-ai/flux/dev/stream"],
    [{ model: "flux-dev", partial_images: 0 }, 0, "queue /fal-ai/flux/dev"],
    [{ model: "flux-dev" }, 0, "queue /fal-ai/flux/dev"],
    // Finished pictures only, and several at once: nothing of them can grow.
    [{ model: "imagen4-preview", partial_images: 2 }, 0, "queue /fal-ai/imagen4/preview"],
  ])("%j shows %i stages", async (body, stages, call) => {
    const { events } = await draw(body);
    const partial = events.filter(({ event }) => event === "image_generation.partial_image");
    expect(
      partial.map(({ data }) => (data as Record<string, unknown>).partial_image_index),
    ).toEqual(Array.from({ length: stages }, (_, index) => index));
    for (const { data } of partial) {
      expect(data).toEqual({
        type: "image_generation.partial_image",
        b64_json: expect.stringMatching(/^[A-Za-z0-9+/]+=*$/),
        partial_image_index: expect.any(Number),
        created_at: expect.any(Number),
        size: "auto",
        quality: "auto",
        background: "auto",
        output_format: "jpeg",
      });
    }
    expect(events.at(-1)!.event).toBe("image_generation.completed");
    expect(posts()).toEqual([call]);
  });

  test("a growing picture that breaks off is not bought again", async () => {
    const { status, events } = await draw({
      model: "flux-dev",
      partial_images: 2,
      prompt: "a cat [sandbox drop=result]",
    });
    expect(status).toBe(200);
    expect(events.at(-1)).toMatchObject({
      event: "error",
      data: { error: { code: "upstream_outcome_unknown" } },
    });
    expect(posts()).toHaveLength(1);
  });
});
