/** Sizes written into the text of a message: those that are taken, and those that are something else. */
import { describe, expect, test } from "bun:test";
import { readDirective } from "../../../src/openai/chat/directive.ts";

describe("a size is taken out of", () => {
  test.each([
    // The forms of contract 3.
    ["a cat size:9:16", "9:16", "a cat"],
    ["a cat size：9：16", "9:16", "a cat"],
    ["一只猫 比例:16:9", "16:9", "一只猫"],
    ["一只猫，比例：1:1", "1:1", "一只猫"],
    ["一只猫 比例=16/9", "16:9", "一只猫"],
    ["a cat aspect_ratio 1024x768", "1024x768", "a cat"],
    ["a cat 9:16", "9:16", "a cat"],
    ["a cat 1024x1024", "1024x1024", "a cat"],
    // The same with other signs, blanks and places.
    ["a cat size: 9:16", "9:16", "a cat"],
    ["size=9:16 a cat", "9:16", "a cat"],
    ["a cat Size:9:16", "9:16", "a cat"],
    ["a cat size:1024x1024", "1024x1024", "a cat"],
    ["a cat size 1024 x 768", "1024x768", "a cat"],
    ["a cat size:９：１６", "9:16", "a cat"],
    ["a cat image_size 1024x1024", "1024x1024", "a cat"],
    ["a cat aspect_ratio=9/16", "9:16", "a cat"],
    ["a cat aspect_ratio：1024×768", "1024x768", "a cat"],
    ["a cat, aspect ratio: 16:9", "16:9", "a cat"],
    ["aspect ratio 16:9, a cat", "16:9", "a cat"],
    ["a cat ratio 16:9", "16:9", "a cat"],
    ["a cat ratio 16∶9", "16:9", "a cat"],
    ["a cat --ar 16:9", "16:9", "a cat"],
    ["a cat 16:9 aspect ratio", "16:9", "a cat"],
    ["a cat in 16:9 format", "16:9", "a cat"],
    ["a cat in 16:9", "16:9", "a cat"],
    ["16:9 a cat", "16:9", "a cat"],
    ["a cat, 16:9.", "16:9", "a cat."],
    ["a cat (16:9)", "16:9", "a cat"],
    ["a cat 【9:16】", "9:16", "a cat"],
    ["a cat 1024X768", "1024x768", "a cat"],
    ["a cat １０２４ｘ１０２４", "1024x1024", "a cat"],
    ["a 1920×1080 wallpaper", "1920x1080", "a wallpaper"],
    ["a cat\nsize:9:16", "9:16", "a cat"],
    ["a cat, size:9:16, in rain", "9:16", "a cat, in rain"],
    ["一只猫 16：9", "16:9", "一只猫"],
    ["一只猫９：１６", "9:16", "一只猫"],
    ["一张 16：9 的猫", "16:9", "一张猫"],
    ["画一只猫，尺寸1024x768", "1024x768", "画一只猫"],
    ["画一只猫，大小：1024×768。", "1024x768", "画一只猫。"],
    ["画一只猫，长宽比：4:3", "4:3", "画一只猫"],
    ["一只猫 比例为16:9", "16:9", "一只猫"],
    ["一只猫，16:9比例", "16:9", "一只猫"],
    // A marker needs no peace around it.
    ["3 cats at 10:30 size:16:9", "16:9", "3 cats at 10:30"],
    ["3只猫 比例：16：9", "16:9", "3只猫"],
    ["a 4:5 score on the board, size 1:1", "1:1", "a 4:5 score on the board"],
    ["a cat size:9:16 and again size:9:16", "9:16", "a cat and again"],
  ])("%j", (text, size, prompt) => {
    expect(readDirective(text)).toEqual({ size, prompt });
  });
});

describe("no size is taken out of", () => {
  test.each([
    "a cat",
    "3 cats at 10:30",
    "a 4:5 score on the board",
    "the final score was 16:9",
    "比分9:16",
    "时间是 9:16",
    "a train at 9:16",
    "the 9:16 am train",
    "a clock showing 10:10",
    "the match ended 3:1",
    "John 3:16 on a banner",
    "3 cats 16:9",
    "two posters, 16:9 and 9:16",
    "size:9:16 or size:1:1, as you like",
    "a cat size:large",
    "a cat size 9:16:1",
    "a 3/4 view of a car, 3/4",
    "a cat 3/4",
    "1/2 of a moon",
    "a 2x4 plank",
    "a 4x4 truck",
    "a 1:64 model car",
    "a 1:1 scale model",
    "prize:9:16x",
    "http://example.com/16:9",
    "version 1.16:9",
    "iso 100:16:9",
  ])("%j", (text) => {
    expect(readDirective(text)).toEqual({ prompt: text });
  });
});
