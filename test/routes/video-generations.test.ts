/** new-api's pair at the wire: what was asked, exactly what fal got, what the client was told. */
import { afterEach, beforeEach, expect, test } from "bun:test";
import { film, followed, PNG, post } from "../support/film.ts";
import { stored, submitted } from "../support/fal.ts";
import { type Gateway, inProcess } from "../support/gateway.ts";

let gateway: Gateway;
beforeEach(async () => {
  gateway = await inProcess();
});
afterEach(() => gateway.stop());

const image_url = stored("reference.png");

test.each<[object, object]>([
  [{}, {}],
  [{ image: PNG }, { image_url }],
  [{ images: [PNG, PNG] }, { first_frame_url: image_url, last_frame_url: image_url }],
  [{ duration: 8, width: 1280, height: 720 }, sizedAs("16:9", "720p")],
  [{ duration: 8, size: "1080x1920" }, sizedAs("9:16", "1080p")],
  [{ duration: 0, width: 0, height: 0, fps: 0, seed: 0, n: 0 }, {}],
  [
    { seed: 7, n: 1, metadata: { negative_prompt: "people" } },
    { seed: 7, negative_prompt: "people" },
  ],
  [{ response_format: "url", user: "anna", fps: 24 }, {}],
])("%j", async (said, input) => {
  expect((await film(gateway, "new-api", { ...said })).status).toBe("succeeded");
  expect(submitted(gateway.fal).at(-1)!.body).toEqual({ prompt: "a lighthouse", ...input });
});

function sizedAs(aspect_ratio: string, resolution: string) {
  return { duration: "8s", aspect_ratio, resolution };
}

test("the creation's answer, the words, and the end in both forms", async () => {
  const response = await post(gateway, "new-api", { prompt: "x [sandbox queue=150ms run=150ms]" });
  const answer = (await response.json()) as { id: string } & Record<string, unknown>;
  expect(answer).toStrictEqual({
    id: expect.stringMatching(/^task_[A-Za-z0-9]{32}$/),
    task_id: answer.id,
    object: "video",
    model: "veo3.1-fast",
    status: "queued",
    progress: 0,
    created_at: expect.any(Number),
  });
  const last = await followed(gateway, "new-api", answer.id);
  expect(last.words).toEqual(["queued", "in_progress", "succeeded"]);
  const url = expect.stringMatching(/\.mp4$/);
  expect(last.answer).toStrictEqual({
    task_id: answer.id,
    status: "succeeded",
    url,
    format: "mp4",
    metadata: { duration: 2, width: 320, height: 180 },
    error: null,
    code: "success",
    message: "",
    data: {
      ...{ task_id: answer.id, status: "SUCCESS", fail_reason: "", result_url: url },
      ...{ progress: "100%", submit_time: expect.any(Number), finish_time: expect.any(Number) },
    },
  });
});

test("a failure in both forms", async () => {
  const prompt = "x [sandbox error=content_policy_violation]";
  const { answer } = await film(gateway, "new-api", { prompt });
  const message = "The request was refused by the model's content policy.";
  expect(answer).toMatchObject({
    status: "failed",
    error: { message, param: null, code: "content_policy_violation" },
    data: { status: "FAILURE", fail_reason: message, result_url: "" },
  });
  expect(answer.url).toBeUndefined();
});
