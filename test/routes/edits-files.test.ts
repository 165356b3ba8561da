/** What an edit's answer is made of: files of the kind that was asked for, events, and one payment. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { blocks } from "../support/events.ts";
import { submitted } from "../support/fal.ts";
import { form, png } from "../support/files.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";

const kind = async (base64: string) => new Bun.Image(Buffer.from(base64, "base64")).metadata();

describe.each(PLACES)("files, %s", (_, start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());
  beforeEach(() => gateway.fal.reset());

  function send(path: string, body: FormData | object, headers: Record<string, string> = {}) {
    return gateway.fetch(path, {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}`, ...headers },
      body: body instanceof FormData ? body : JSON.stringify(body),
    });
  }

  const edit = (fields: object, headers = {}) =>
    send(
      "/v1/images/edits",
      form({ model: "flux-dev", prompt: "a cat", image: png(), ...fields }),
      headers,
    );

  type Answer = { data: { b64_json: string; url?: string }[] };

  describe("in base64", () => {
    // FLUX gives PNG and JPEG, and JPEG unasked.
    test.each([
      [{}, "jpeg"],
      [{ output_format: "png" }, "png"],
      [{ output_format: "webp" }, "webp"],
      [{ output_format: "webp", output_compression: "10" }, "webp"],
      [{ output_format: "jpg" }, "jpeg"],
    ])("%j is a %s", async (fields, format) => {
      const response = await edit({ response_format: "b64_json", ...fields });
      const { data } = (await response.json()) as Answer;
      expect([response.status, response.headers.get("x-falgate-adjusted")]).toEqual([200, null]);
      expect(await kind(data[0]!.b64_json)).toMatchObject({ format });
      expect(Object.keys(data[0]!)).toEqual(["b64_json"]);
    });

    test("is compressed where the model cannot", async () => {
      const size = async (output_compression: number) => {
        const asked = { response_format: "b64_json", output_format: "webp", seed: 3 };
        const response = await send("/v1/images/generations", {
          ...{ model: "flux-dev", prompt: "a cat", ...asked, output_compression },
        });
        return ((await response.json()) as Answer).data[0]!.b64_json.length;
      };
      expect(await size(5)).toBeLessThan(await size(95));
    });
  });

  test("behind a link nothing is made anew, which is said", async () => {
    const response = await edit({ output_format: "webp" });
    expect(response.headers.get("x-falgate-adjusted")).toBe(
      "output_format webp became jpeg: only base64 is converted",
    );
    const { data } = (await response.json()) as Answer;
    expect(data[0]!.url).toEndWith(".jpg");
  });

  test("events say what was made", async () => {
    const response = await edit({ stream: "true", size: "1024x1024", output_format: "webp" });
    expect(response.headers.get("content-type")).toStartWith("text/event-stream");
    const [event, ...rest] = blocks(await response.text()).filter((block) => "event" in block);
    expect(rest).toEqual([]);
    const { b64_json, ...said } = (event as { data: { b64_json: string } }).data;
    expect(said as unknown).toEqual({
      type: "image_edit.completed",
      created_at: expect.any(Number),
      // It keeps the size of the picture that it changes: 64 by 48, which OpenAI's list lacks.
      size: "auto",
      quality: "auto",
      background: "auto",
      output_format: "webp",
      usage: {
        total_tokens: 0,
        input_tokens: 0,
        output_tokens: 0,
        input_tokens_details: { text_tokens: 0, image_tokens: 0 },
      },
    });
    expect(await kind(b64_json)).toEqual({ width: 64, height: 48, format: "webp" });
  });

  describe("paid once", () => {
    const image = png();
    const prompt = "a cat once";

    test("when an SDK sends the same file again", async () => {
      const answers = [
        await edit({ image, prompt }),
        await edit({ image, prompt }, { "x-stainless-retry-count": "1" }),
      ];
      const [first, again] = await Promise.all(answers.map((answer) => answer.json()));
      expect((again as Answer).data).toEqual((first as Answer).data);
      expect(submitted(gateway.fal).filter(({ path }) => path.startsWith("/queue"))).toHaveLength(
        1,
      );
    });

    test("with one idempotency key, which is for one file only", async () => {
      const key = { "idempotency-key": `edit-${crypto.randomUUID()}` };
      const image = png();
      const fields = { prompt: "a keyed cat" };
      const statuses = [
        (await edit({ ...fields, image }, key)).status,
        (await edit({ ...fields, image }, key)).status,
        (await edit({ ...fields, image: png() }, key)).status,
      ];
      expect(statuses).toEqual([200, 200, 422]);
      expect(submitted(gateway.fal).filter(({ path }) => path.startsWith("/queue"))).toHaveLength(
        1,
      );
    });
  });

  test("a form without a stated length is counted", async () => {
    const whole = new Response(form({ image: png(), model: "flux-dev", prompt: "x" }));
    const response = await gateway.fetch("/v1/images/edits", {
      method: "POST",
      headers: {
        authorization: `Bearer ${CLIENT_KEY}`,
        "content-type": whole.headers.get("content-type")!,
      },
      body: whole.body,
    });
    expect(response.status).toBe(200);
  });
});
