/** OpenAI's videos at the wire: what was asked, exactly what fal got, what the client was told. */
import { afterEach, beforeEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { until } from "../support/clients.ts";
import { cancelled, stored, submitted, uploaded } from "../support/fal.ts";
import { form, jpeg, named, png } from "../support/files.ts";
import { type Gateway, inProcess } from "../support/gateway.ts";
import { complaints } from "../support/openai-schema.ts";
import { ended, filmed, get, good, post, remove, type VideoAnswer } from "../support/videos.ts";

// OpenAI's types are read once, which takes some seconds.
setDefaultTimeout(60_000);

let gateway: Gateway;
beforeEach(async () => {
  gateway = await inProcess({ env: { API_KEY: "sk-client,sk-other", RECONCILE_TIME: "0" } });
});
afterEach(() => gateway.stop());

const VIDEOS = "/v1/videos";
const PNG =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const FAST = "fal-ai/veo3.1/fast";
const queued = (endpoint: string, body: object) => ({
  method: "POST",
  path: `/queue/${endpoint}`,
  body,
});
const upload = (type: string) => uploaded(`image.${type}`, `image/${type}`);

describe("what becomes of a request", () => {
  test.each<[string, object, string, object]>([
    ["no model is OpenAI's default", { model: undefined }, "fal-ai/sora-2/text-to-video", {}],
    [
      "OpenAI's seconds and size",
      { model: "sora-2", seconds: "8", size: "1280x720" },
      "fal-ai/sora-2/text-to-video",
      { duration: 8, aspect_ratio: "16:9" },
    ],
    [
      "OpenAI's seconds become the nearest",
      { seconds: "12", size: "720x1280" },
      FAST,
      { duration: "8s", aspect_ratio: "9:16", resolution: "720p" },
    ],
    ["seconds of the model's own", { seconds: 6 }, FAST, { duration: "6s" }],
    ["duration is seconds", { duration: "6s" }, FAST, { duration: "6s" }],
    [
      "words of the model's own",
      {
        model: "fal-ai/kling-video/v2.5-turbo/pro/text-to-video",
        seconds: "5",
        aspect_ratio: "1:1",
        cfg_scale: 0.7,
        negative_prompt: "rain",
        unknown: 1,
      },
      "fal-ai/kling-video/v2.5-turbo/pro/text-to-video",
      { duration: "5", aspect_ratio: "1:1", cfg_scale: 0.7, negative_prompt: "rain" },
    ],
    [
      "sound and seed, null for absent",
      { generate_audio: false, seed: 7, resolution: "1080p", aspect_ratio: null, size: null },
      FAST,
      { generate_audio: false, seed: 7, resolution: "1080p" },
    ],
    ["the relays' names", { model: "veo2", seconds: 5 }, "fal-ai/veo2", { duration: "5s" }],
  ])("%s", async (_, body, endpoint, input) => {
    const { status, statuses, progress } = await filmed(gateway, body);
    expect([status, progress]).toEqual(["completed", 100]);
    expect(["queued", "in_progress", "completed"]).toEqual(expect.arrayContaining(statuses));
    expect(submitted(gateway.fal)).toEqual([
      queued(endpoint, { prompt: "a lighthouse", ...input }),
    ]);
  });

  test.each<[string, () => object, string, string]>([
    ["a file", () => form({ input_reference: png() }), "first", "png"],
    ["a file of another kind", () => form({ input_reference: jpeg() }), "first", "jpeg"],
    ["a link in a form", () => form({ "input_reference[image_url]": PNG }), "first", "png"],
    ["an object", () => ({ input_reference: { image_url: PNG } }), "first", "png"],
    ["a text", () => ({ input_reference: PNG }), "first", "png"],
    ["other clients' name", () => ({ images: [PNG] }), "first", "png"],
    ["two", () => form({ "input_reference[]": [png(), png()] }), "frames", "png"],
  ])("%s as reference", async (_, body, role, type) => {
    const asked = body();
    const words = { model: "veo3.1-fast", prompt: "a lighthouse" };
    if (asked instanceof FormData) for (const each of Object.entries(words)) asked.append(...each);
    const sent = asked instanceof FormData ? asked : { ...words, ...asked };
    const { id } = await good<VideoAnswer>(post(gateway, VIDEOS, sent));
    expect((await ended(gateway, `${VIDEOS}/${id}`)).status).toBe("completed");
    const file = stored(`image.${type}`);
    const pictures =
      role === "first"
        ? { path: `${FAST}/image-to-video`, input: { image_url: file } }
        : {
            path: `${FAST}/first-last-frame-to-video`,
            input: { first_frame_url: file, last_frame_url: file },
          };
    const all = submitted(gateway.fal);
    expect(all.at(-1)).toEqual(queued(pictures.path, { prompt: words.prompt, ...pictures.input }));
    expect(new Set(all.slice(0, -1).map((each) => JSON.stringify(each)))).toEqual(
      new Set([JSON.stringify(upload(type))]),
    );
  });

  test("what was approximated is told at once", async () => {
    const response = await post(gateway, VIDEOS, { model: "veo3.1", prompt: "x", seconds: "12" });
    expect(response.headers.get("x-falgate-adjusted")).toBe("seconds 12 became duration 8s");
    expect(await response.json()).toMatchObject({ seconds: "8" });
  });

  test("the next of a chain where fal has retired one", async () => {
    gateway.fal.update({ retired: ["fal-ai/sora-2/*"] });
    const { status } = await filmed(gateway, { model: "sora-2", seconds: "12" });
    expect(status).toBe("completed");
    expect(submitted(gateway.fal).map(({ path }) => path)).toEqual([
      "/queue/fal-ai/sora-2/text-to-video",
      `/queue/${FAST}`,
    ]);
  });
});

describe("the object", () => {
  test("has all that OpenAI's type requires, from the first answer on", async () => {
    const asked = { model: "sora-2", prompt: "a fox", seconds: "8", size: "1280x720" };
    const response = await post(gateway, VIDEOS, asked);
    expect(response.headers.get("openai-poll-after-ms")).toBe("500");
    const created = await good<VideoAnswer>(response);
    expect(created).toStrictEqual({
      id: expect.stringMatching(/^video_[0-9a-f]{32}$/),
      object: "video",
      model: "sora-2",
      status: "queued",
      progress: 0,
      created_at: expect.any(Number),
      completed_at: null,
      expires_at: null,
      error: null,
      prompt: "a fox",
      remixed_from_video_id: null,
      seconds: "8",
      size: "1280x720",
    });
    expect(await complaints("video", created)).toEqual([]);
    const { statuses: _, ...done } = await ended(gateway, `${VIDEOS}/${created.id}`);
    expect(await complaints("video", done)).toEqual([]);
    expect(done as object).toStrictEqual({
      ...created,
      status: "completed",
      progress: 100,
      completed_at: expect.any(Number),
      expires_at: expect.any(Number),
      url: expect.stringMatching(/^http.*\.mp4$/),
    });
    const found = await get(gateway, `${VIDEOS}/${created.id}`);
    expect(found.headers.get("openai-poll-after-ms")).toBeNull();
  });

  test("says how long and how large the model made it where nobody asked", async () => {
    expect(await filmed(gateway)).toMatchObject({ seconds: "2", size: "320x180" });
  });

  test("of a failure says why", async () => {
    const prompt = "a fox [sandbox error=content_policy_violation]";
    const { statuses: _, ...failed } = await filmed(gateway, { prompt, size: "1280x720" });
    expect(await complaints("video", failed)).toEqual([]);
    expect(failed).toMatchObject({
      status: "failed",
      completed_at: expect.any(Number),
      error: {
        code: "content_policy_violation",
        message: "The request was refused by the model's content policy.",
        param: null,
        type: "invalid_request_error",
      },
    });
  });

  test("moves while it waits and while it runs", async () => {
    const prompt = "a fox [sandbox queue=150ms run=300ms logs=4]";
    const { statuses } = await filmed(gateway, { prompt });
    expect(statuses).toEqual(["queued", "in_progress", "completed"]);
  });
});

describe("paid once", () => {
  const body = { model: "veo3.1-fast", prompt: "a fox" };
  const again = { "x-stainless-retry-count": "1" };
  const ids = async (...headers: Record<string, string>[]) => {
    const made = headers.map(async (each) => {
      const { id } = await good<VideoAnswer>(post(gateway, VIDEOS, body, each));
      await ended(gateway, `${VIDEOS}/${id}`);
      return id;
    });
    return new Set(await Promise.all(made)).size;
  };

  test.each<[string, Record<string, string>[], number]>([
    ["two that say nothing are two", [{}, {}], 2],
    ["an SDK's retry is the same", [{}, again], 1],
    ["the same key is the same", [{ "idempotency-key": "a" }, { "idempotency-key": "a" }], 1],
    ["another key is another", [{ "idempotency-key": "a" }, { "idempotency-key": "b" }], 2],
  ])("%s", async (_, headers, count) => {
    expect(await ids(...headers)).toBe(count);
    expect(submitted(gateway.fal)).toHaveLength(count);
  });

  test("a retry that comes later is the same, one of something else is not", async () => {
    const first = await ids({});
    expect([first, await ids(again)]).toEqual([1, 1]);
    const other = { ...body, prompt: "a dog" };
    const { id } = await good<VideoAnswer>(post(gateway, VIDEOS, other, again));
    await ended(gateway, `${VIDEOS}/${id}`);
    expect(submitted(gateway.fal)).toHaveLength(2);
  });

  test("a retry finds the first behind many that came between", async () => {
    const asked = (prompt: string, headers = {}) =>
      good<VideoAnswer>(post(gateway, VIDEOS, { ...body, prompt }, headers));
    const { id } = await asked("the first");
    const others = Array.from({ length: 60 }, (_, number) => asked(`number ${number}`));
    await Promise.all(others);
    expect((await asked("the first", again)).id).toBe(id);
  });

  test("a key for another body is refused", async () => {
    await good(post(gateway, VIDEOS, body, { "idempotency-key": "a" }));
    const other = { ...body, prompt: "a dog" };
    const response = await post(gateway, VIDEOS, other, { "idempotency-key": "a" });
    expect(response.status).toBe(422);
    expect(await response.json()).toMatchObject({ error: { code: "idempotency_key_reused" } });
  });
});

describe("bad input names the parameter, and nothing is submitted", () => {
  const word = Buffer.from("not a picture at all").toString("base64");
  const reference = (image_url: string) => ({ input_reference: { image_url } });
  test.each<[string, object, number, string, RegExp]>([
    ["no prompt", { prompt: undefined }, 400, "prompt", /Give a prompt/],
    ["a blank prompt", { prompt: " " }, 400, "prompt", /Give a prompt/],
    ["an unknown model", { model: "veo9" }, 404, "model", /'veo9' does not exist/],
    ["a model that draws", { model: "flux-dev" }, 400, "model", /does not make videos/],
    ["seconds of 7", { seconds: "7" }, 400, "seconds", /takes 4s, 6s, 8s/],
    ["seconds that are none", { seconds: "long" }, 400, "seconds", /write seconds/],
    ["a ratio it has not", { aspect_ratio: "21:9" }, 400, "aspect_ratio", /takes 16:9, 9:16/],
    ["a size that is none", { size: "huge" }, 400, "size", /Invalid size/],
    ["a resolution it has not", { resolution: "9p" }, 400, "resolution", /one of 720p, 1080p/],
    ["a seed that is a text", { seed: "x" }, 400, "seed", /'seed'/],
    ["too many pictures", { input_reference: [PNG, PNG, PNG] }, 400, "input_reference", /up to 2/],
    [
      "pictures for a model that takes none",
      { model: "fal-ai/mochi-v1", ...reference(PNG) },
      400,
      "input_reference",
      /takes no pictures/,
    ],
    ["an unreachable picture", reference("http://127.0.0.1:1/a.png"), 400, "input_reference", /./],
    ["no picture", reference(`data:image/png;base64,${word}`), 400, "input_reference", /picture/],
    [
      "a file's id",
      { input_reference: { file_id: "file-1" } },
      400,
      "input_reference.file_id",
      /./,
    ],
    [
      "a callback inside",
      { callback_url: "http://10.0.0.1/x" },
      400,
      "callback_url",
      /callback_url/,
    ],
    ["a callback that is none", { callback_url: "x" }, 400, "callback_url", /http/],
  ])("%s", async (_, body, status, param, message) => {
    const asked = { model: "veo3.1-fast", prompt: "a fox", ...body };
    const response = await post(gateway, VIDEOS, asked);
    const { error } = (await response.json()) as { error: Record<string, string> };
    expect([response.status, error.param]).toEqual([status, param]);
    expect(error.message).toMatch(message);
    expect(submitted(gateway.fal)).toEqual([]);
    expect(await good(get(gateway, VIDEOS))).toMatchObject({ data: [] });
  });

  test.each<[string, FormData, string]>([
    [
      "an empty file",
      form({ prompt: "x", input_reference: named("", "a.png") }),
      "input_reference",
    ],
    [
      "a text file",
      form({ prompt: "x", input_reference: named("hello", "a.png") }),
      "input_reference",
    ],
    ["a field twice", form({ prompt: ["x", "y"] }), "prompt"],
  ])("%s", async (_, body, param) => {
    const response = await post(gateway, VIDEOS, body);
    const { error } = (await response.json()) as { error: Record<string, string> };
    expect([response.status, error.param]).toEqual([400, param]);
    expect(submitted(gateway.fal)).toEqual([]);
  });

  test("a picture that is there but none", async () => {
    const film = await filmed(gateway);
    gateway.fal.reset();
    const asked = { model: "veo3.1-fast", prompt: "x", ...reference(film.url!) };
    const response = await post(gateway, VIDEOS, asked);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param: "input_reference" } });
    expect(submitted(gateway.fal)).toEqual([]);
  });
});

describe("ids", () => {
  const PATHS = ["", "/content"] as const;

  test("another key's is none", async () => {
    const { id } = await filmed(gateway);
    for (const path of PATHS) {
      const response = await get(gateway, `${VIDEOS}/${id}${path}`, "sk-other");
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ error: { code: "video_not_found" } });
    }
    expect((await remove(gateway, `${VIDEOS}/${id}`, "sk-other")).status).toBe(404);
    expect(await good(get(gateway, VIDEOS, "sk-other"))).toMatchObject({ data: [], last_id: null });
    expect((await get(gateway, `${VIDEOS}?after=${id}`, "sk-other")).status).toBe(400);
    expect((await get(gateway, `${VIDEOS}/${id}`)).status).toBe(200);
  });

  test("another relay's is none", async () => {
    const asked = { model: "veo3.1-fast", prompt: "x" };
    const { id } = await good<VideoAnswer>(post(gateway, "/v1/video/create", asked));
    const response = await get(gateway, `${VIDEOS}/${encodeURIComponent(id)}`);
    expect(response.status).toBe(404);
  });

  test.each(["video_0", "x", "%00", "a%2Fb", "%ff", "..%2F..", `${"x".repeat(3000)}`])(
    "%s is none",
    async (id) => {
      for (const path of PATHS) {
        const response = await get(gateway, `${VIDEOS}/${id}${path}`);
        expect([400, 404]).toContain(response.status);
        expect(await response.json()).toMatchObject({ error: { type: "invalid_request_error" } });
      }
      expect((await remove(gateway, `${VIDEOS}/${id}`)).status).toBeOneOf([400, 404]);
      expect((await get(gateway, "/healthz")).status).toBe(200);
    },
  );
});

describe("the list", () => {
  interface Page {
    data: VideoAnswer[];
    first_id: string;
    last_id: string;
    has_more: boolean;
  }

  test("comes in pages, both ways", async () => {
    const made: string[] = [];
    for (const prompt of ["1", "2", "3"]) made.push((await filmed(gateway, { prompt })).id);
    const page = (query: string) => good<Page>(get(gateway, `${VIDEOS}?${query}`));
    const latest = await page("limit=2");
    expect(latest.data.map(({ id }) => id)).toEqual([made[2]!, made[1]!]);
    expect(latest).toMatchObject({ object: "list", first_id: made[2], last_id: made[1] });
    expect(latest.has_more).toBe(true);
    const rest = await page(`limit=2&after=${latest.last_id}`);
    expect([rest.data.map(({ id }) => id), rest.has_more]).toEqual([[made[0]!], false]);
    const up = await page("order=asc");
    expect(up.data.map(({ id }) => id)).toEqual(made);
  });

  test.each([
    ["limit=0", "limit"],
    ["limit=101", "limit"],
    ["limit=x", "limit"],
    ["order=up", "order"],
    ["after=video_0", "after"],
  ])("%s is refused", async (query, param) => {
    const response = await get(gateway, `${VIDEOS}?${query}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { param } });
  });
});

describe("deleting", () => {
  test("ends what runs, and forgets it", async () => {
    const asked = { model: "veo3.1-fast", prompt: "a fox [sandbox queue=1m]" };
    const { id } = await good<VideoAnswer>(post(gateway, VIDEOS, asked));
    await until(() => submitted(gateway.fal).length > 0);
    const answer = await good(remove(gateway, `${VIDEOS}/${id}`));
    expect(answer).toStrictEqual({ id, object: "video.deleted", deleted: true });
    await until(() => cancelled(gateway.fal).length === 1);
    expect((await get(gateway, `${VIDEOS}/${id}`)).status).toBe(404);
    expect((await remove(gateway, `${VIDEOS}/${id}`)).status).toBe(404);
  });
});

describe("remixing", () => {
  test("films again from the same seed, with everything else as it was", async () => {
    const model = "fal-ai/ltx-video";
    const first = await filmed(gateway, { model, negative_prompt: "rain" });
    gateway.fal.reset();
    const path = `${VIDEOS}/${first.id}/remix`;
    const remix = await good<VideoAnswer>(post(gateway, path, { prompt: "in a storm" }));
    expect(remix).toMatchObject({ remixed_from_video_id: first.id, prompt: "in a storm", model });
    expect((await ended(gateway, `${VIDEOS}/${remix.id}`)).status).toBe("completed");
    expect(submitted(gateway.fal)).toEqual([
      queued(model, { prompt: "in a storm", negative_prompt: "rain", seed: expect.any(Number) }),
    ]);
  });

  test("changes the video itself where the model has a sibling for that", async () => {
    const model = "fal-ai/kling-video/o3/pro/text-to-video";
    const first = await filmed(gateway, { model });
    gateway.fal.reset();
    const path = `${VIDEOS}/${first.id}/remix`;
    const remix = await good<VideoAnswer>(post(gateway, path, form({ prompt: "in a storm" })));
    expect((await ended(gateway, `${VIDEOS}/${remix.id}`)).status).toBe("completed");
    const body = { prompt: "in a storm", video_url: expect.stringMatching(/\.mp4$/) };
    expect(submitted(gateway.fal)).toEqual([
      queued("fal-ai/kling-video/o3/pro/video-to-video/edit", body),
    ]);
  });

  test.each<[string, object, number, string]>([
    ["no prompt", {}, 400, "prompt"],
    ["a blank one", { prompt: "" }, 400, "prompt"],
  ])("with %s is refused", async (_, body, status, param) => {
    const { id } = await filmed(gateway);
    gateway.fal.reset();
    const response = await post(gateway, `${VIDEOS}/${id}/remix`, body);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { param } });
    expect(submitted(gateway.fal)).toEqual([]);
  });

  test("of what is not finished, failed or unknown is refused", async () => {
    const asked = { model: "veo3.1-fast", prompt: "a fox [sandbox queue=1m]" };
    const { id } = await good<VideoAnswer>(post(gateway, VIDEOS, asked));
    const { id: failed } = await filmed(gateway, {
      prompt: "x [sandbox error=no_media_generated]",
    });
    const remix = (of: string) => post(gateway, `${VIDEOS}/${of}/remix`, { prompt: "x" });
    const refused = await Promise.all([remix(id), remix(failed), remix("video_0")]);
    expect(refused.map(({ status }) => status)).toEqual([400, 422, 404]);
  });
});
