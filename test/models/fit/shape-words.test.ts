/** Shapes as clients write them: what is refused says what is allowed, and what is fitted is told. */
import { expect, test } from "bun:test";
import { builtinCatalog } from "../../../src/models/catalog.ts";
import { fitImage } from "../../../src/models/fit/image.ts";
import { createDictionary } from "../../../src/models/resolve.ts";
import { ApiError } from "../../../src/openai/error.ts";

const dictionary = createDictionary({ catalog: builtinCatalog() });

function fit(name: string, words: { size?: string; aspect_ratio?: string }) {
  const { size, ...extra } = words;
  const request = { prompt: "a cat", ...(size === undefined ? {} : { size }), extra };
  return fitImage(request, dictionary.resolve(name)!.endpoints[0]!);
}

function refusal(name: string, words: Parameters<typeof fit>[1]): string {
  try {
    fit(name, words);
  } catch (error) {
    if (error instanceof ApiError && error.status === 400)
      return `${error.param}: ${error.message}`;
    throw error;
  }
  throw new Error("it was not refused");
}

const WIDE = "a side is at most 32 times as long as the other";
const WORDS = "write pixels such as 1024x1024, a ratio such as 16:9, or auto";

test.each([
  ["1000:1", WIDE],
  ["1:1000", WIDE],
  ["33:1", WIDE],
  ["1024x16", WIDE],
  ["16x1024", WIDE],
  ["0:1", WORDS],
  ["huge", WORDS],
  ["20000x1024", "a side has 16 to 14142 pixels"],
])("size %j: %s", (size, why) => {
  expect(refusal("flux-dev", { size })).toBe(`size: Invalid size '${size}': ${why}.`);
  expect(refusal("flux-dev", { aspect_ratio: size })).toBe(
    `aspect_ratio: Invalid aspect_ratio '${size}': ${why}.`,
  );
});

test.each([
  ["imagen4-preview", "fal-ai/imagen4/preview", "1:1, 16:9, 9:16, 4:3, 3:4"],
  ["nano-banana", "fal-ai/nano-banana", "21:9, 16:9, 3:2, 4:3, 5:4, 1:1, 4:5, 3:4, 2:3, 9:16"],
])("an aspect_ratio that %s has not", (name, id, ratios) => {
  const refused = (word: string) =>
    `aspect_ratio: Invalid aspect_ratio '${word}': the model ${id} takes ${ratios}.`;
  expect(refusal(name, { aspect_ratio: "7:1" })).toBe(
    `${refused("7:1")} As 'size' it becomes the nearest of these.`,
  );
  expect(refusal(name, { aspect_ratio: "wide" })).toBe(refused("wide"));
  expect(fit(name, { size: "7:1" }).adjusted).toHaveLength(1);
});

test.each([
  ["16:9", "16:9"],
  ["16/9", "16:9"],
  ["16：9", "16:9"],
  ["1920x1080", "16:9"],
])("aspect_ratio %j is the model's own in another spelling", (word, own) => {
  const { calls, adjusted } = fit("imagen4-preview", { aspect_ratio: word });
  expect(calls[0]!.input.aspect_ratio).toBe(own);
  expect(adjusted).toEqual([]);
});

test.each([
  ["flux-dev", "7:3", { image_size: { width: 1568, height: 672 } }, []],
  ["flux-dev", "1024:768", { image_size: "landscape_4_3" }, []],
  [
    "gpt-image-1",
    "7:3",
    { image_size: "1536x1024" },
    ["aspect_ratio 7:3 became image_size 1536x1024"],
  ],
])(
  "%s has no such field: %s counts as a size, and what becomes of it is told",
  (name, word, input, told) => {
    const { calls, adjusted } = fit(name, { aspect_ratio: word });
    expect(calls[0]!.input).toMatchObject(input);
    expect(adjusted).toEqual(told);
  },
);
