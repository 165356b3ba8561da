/** What fal's models give, in every form they are known to give it. */
import { describe, expect, test } from "bun:test";
import { audio, pictures, text, video } from "../../src/models/output.ts";

const url = "https://v3.fal.media/files/a/b.png";

describe("pictures", () => {
  test.each<[string, unknown, unknown[]]>([
    [
      "images[]",
      { images: [{ url, width: 1024, height: 768, content_type: "image/png", file_data: "…" }] },
      [{ url, width: 1024, height: 768, content_type: "image/png" }],
    ],
    ["addresses", { images: [url, url] }, [{ url }, { url }]],
    ["image", { image: { url, width: 0, height: null } }, [{ url }]],
    ["an address", { image: url }, [{ url }]],
    ["empty images[] beside image", { images: [], image: { url } }, [{ url }]],
    [
      "blacked by the safety checker",
      { images: [{ url }, { url }], has_nsfw_concepts: [false, true] },
      [{ url }, { url, blacked: true }],
    ],
    [
      "a hole keeps the others' verdicts",
      { images: [null, { url }], has_nsfw_concepts: [false, true] },
      [{ url, blacked: true }],
    ],
    ["the prompt that was sent", { images: [{ url }], prompt: "a fox" }, [{ url }]],
    [
      "another prompt",
      { images: [{ url }], prompt: "a red fox" },
      [{ url, revisedPrompt: "a red fox" }],
    ],
    [
      "a prompt of each picture",
      { images: [{ url, revised_prompt: "one" }, { url }], expanded_prompt: "both" },
      [
        { url, revisedPrompt: "one" },
        { url, revisedPrompt: "both" },
      ],
    ],
    ["a description is no prompt", { images: [{ url }], description: "a fox" }, [{ url }]],
    ["nothing", {}, []],
    ["null", null, []],
    ["text", "oops", []],
    ["no address", { images: [{ width: 3 }, 7] }, []],
  ])("%s", (_, output, expected) => {
    expect(pictures(output, "a fox")).toStrictEqual(expected as never);
  });

  test("with the sent prompt unknown, FLUX's prompt is not taken for a revised one", () => {
    expect(pictures({ images: [{ url }], prompt: "a fox" })).toStrictEqual([{ url }]);
  });
});

test.each<[unknown, unknown]>([
  [
    { video: { url, content_type: "video/mp4", file_name: "x.mp4", file_size: 9 }, seed: 1 },
    { url, content_type: "video/mp4", file_name: "x.mp4", file_size: 9 },
  ],
  [{ video: url }, { url }],
  [{ videos: [{ url }, { url: "b" }] }, { url }],
  [{ video_url: url }, { url }],
  [{ video: null }, undefined],
  [undefined, undefined],
])("video of %j", (output, expected) => {
  expect(video(output)).toEqual(expected as never);
});

test.each<[unknown, unknown]>([
  [
    { audio: { url, duration: 2.5 }, duration_ms: 2500 },
    { url, duration: 2.5 },
  ],
  [{ audio_file: { url } }, { url }],
  [{ audio_url: url }, { url }],
  [{ audio: "" }, undefined],
])("audio of %j", (output, expected) => {
  expect(audio(output)).toEqual(expected as never);
});

test.each<[unknown, string | undefined]>([
  [{ text: "hello", chunks: [] }, "hello"],
  [{ output: "hello", partial: false }, "hello"],
  [{ transcription: "hello" }, "hello"],
  [{ text: "" }, ""],
  [{ output: { url } }, undefined],
  [null, undefined],
])("text of %j", (output, expected) => {
  expect(text(output)).toBe(expected);
});
