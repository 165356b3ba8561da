/** The Jimeng relay at the wire: what was asked, exactly what fal got, what the client was told. */
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { film, followed, PNG, post } from "../support/film.ts";
import { stored, submitted, uploaded } from "../support/fal.ts";
import { type Gateway, inProcess } from "../support/gateway.ts";

let gateway: Gateway;
beforeEach(async () => {
  gateway = await inProcess();
});
afterEach(() => gateway.stop());

const SEEDANCE = "/queue/fal-ai/bytedance/seedance/v1/pro";

describe("what the client says, in the model's own fields", () => {
  test.each(
    (["1:1", "21:9", "16:9", "9:16", "4:3", "3:4"] as const).flatMap((ratio) =>
      ([5, 10] as const).map((duration) => [ratio, duration] as const),
    ),
  )("%s for %d seconds", async (aspect_ratio, duration) => {
    const { status } = await film(gateway, "jimeng", { aspect_ratio, duration });
    expect(status).toBe("SUCCESS");
    const body = { prompt: "a lighthouse", duration: String(duration), aspect_ratio };
    expect(submitted(gateway.fal)).toEqual([
      { method: "POST", path: `${SEEDANCE}/text-to-video`, body },
    ]);
  });

  test("a first frame gives the video its shape", async () => {
    await film(gateway, "jimeng", { image_url: PNG, duration: "10" });
    const image_url = stored("reference.png");
    expect(submitted(gateway.fal)).toEqual([
      uploaded("reference.png", "image/png"),
      {
        method: "POST",
        path: `${SEEDANCE}/image-to-video`,
        body: { prompt: "a lighthouse", duration: "10", image_url },
      },
    ]);
  });

  test.each([
    ["no image", { image_url: "" }, {}],
    ["a seed of the model's own", { seed: 7 }, { seed: 7 }],
    ["a resolution", { resolution: "480p", cfg_scale: 0 }, { resolution: "480p" }],
  ])("%s", async (_, said, input) => {
    await film(gateway, "jimeng", said);
    const plain = { prompt: "a lighthouse", duration: "5", aspect_ratio: "16:9" };
    expect(submitted(gateway.fal)[0]!.body).toEqual({ ...plain, ...input });
  });
});

test("the submission's answer, the words, and the end", async () => {
  const response = await post(gateway, "jimeng", { prompt: "x [sandbox queue=150ms run=150ms]" });
  const answer = (await response.json()) as { code: string; message: string; data: string };
  expect(answer).toStrictEqual({
    code: "success",
    message: "",
    data: expect.stringMatching(/^cgt-\d{14}-[a-z0-9]{5}$/),
  });
  const last = await followed(gateway, "jimeng", answer.data);
  expect(last.words.filter((word) => word !== "NOT_START")).toEqual([
    "QUEUED",
    "IN_PROGRESS",
    "SUCCESS",
  ]);
  expect(last.answer).toStrictEqual({
    code: "success",
    message: "",
    data: {
      task_id: answer.data,
      status: "SUCCESS",
      fail_reason: "",
      progress: "100%",
      data: { video: expect.stringMatching(/\.mp4$/), status: "SUCCESS" },
    },
  });
  expect((await fetch(last.video)).headers.get("content-type")).toBe("video/mp4");
});

test("a failure says why, and how far it came", async () => {
  const prompt = "x [sandbox error=content_policy_violation]";
  const { answer } = await film(gateway, "jimeng", { prompt });
  expect(answer.data).toStrictEqual({
    task_id: expect.any(String),
    status: "FAILURE",
    fail_reason: "The request was refused by the model's content policy.",
    progress: expect.stringMatching(/^\d+%$/),
    data: { video: "", status: "FAILURE" },
  });
});
