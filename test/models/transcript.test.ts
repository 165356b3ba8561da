/** What transcribers answer, as one shape. */
import { expect, test } from "bun:test";
import { transcript } from "../../src/models/transcript.ts";

const spoken = (text: string, start: number, end: number, speaker_id = "speaker_0") => ({
  text,
  start,
  end,
  type: "word",
  speaker_id,
});
const space = (start: number) => ({ text: " ", start, end: start, type: "spacing" });

test("wizper's and Whisper's segments", () => {
  const output = {
    text: " Hello there. How are you?",
    chunks: [
      { text: " Hello there.", timestamp: [0, 1.5] },
      { text: " How are you?", timestamp: [1.5, null] },
      { text: "no time" },
    ],
    languages: ["en"],
  };
  expect(transcript(output)).toStrictEqual({
    text: "Hello there. How are you?",
    language: "en",
    duration: 1.5,
    segments: [
      { text: "Hello there.", start: 0, end: 1.5 },
      { text: "How are you?", start: 1.5, end: 1.5 },
    ],
  });
});

test("Whisper's words make sentences", () => {
  const output = {
    text: "Hello there. You",
    chunks: [
      { text: " Hello", timestamp: [0, 0.5] },
      { text: " there.", timestamp: [0.5, 1] },
      { text: " You", timestamp: [1.1, 1.4], speaker: "SPEAKER_01" },
    ],
    inferred_languages: ["english"],
  };
  expect(transcript(output, { words: true })).toStrictEqual({
    text: "Hello there. You",
    language: "en",
    duration: 1.4,
    segments: [
      { text: "Hello there.", start: 0, end: 1 },
      { text: "You", start: 1.1, end: 1.4, speaker: "SPEAKER_01" },
    ],
    words: [
      { word: "Hello", start: 0, end: 0.5 },
      { word: "there.", start: 0.5, end: 1 },
      { word: "You", start: 1.1, end: 1.4, speaker: "SPEAKER_01" },
    ],
  });
});

test("ElevenLabs' words, without spaces and noises; a silence and a speaker end a segment", () => {
  const output = {
    text: "So it goes on. Yes",
    language_code: "deu",
    language_probability: 0.98,
    words: [
      spoken("So", 0, 0.2),
      space(0.2),
      { text: "(laughs)", start: 0.3, end: 0.5, type: "audio_event" },
      spoken("it", 0.6, 0.8),
      spoken("goes", 2, 2.2),
      spoken("on.", 2.2, 2.5),
      spoken("Yes", 2.6, 2.9, "speaker_1"),
    ],
  };
  const read = transcript(output);
  expect(read?.language).toBe("de");
  expect(read?.duration).toBe(2.9);
  expect(read?.words?.map(({ word }) => word)).toEqual(["So", "it", "goes", "on.", "Yes"]);
  expect(read?.segments).toStrictEqual([
    { text: "So it", start: 0, end: 0.8, speaker: "speaker_0" },
    { text: "goes on.", start: 2, end: 2.5, speaker: "speaker_0" },
    { text: "Yes", start: 2.6, end: 2.9, speaker: "speaker_1" },
  ]);
});

test("scripts without spaces get none", () => {
  const words = [
    spoken("你", 0, 0.2),
    spoken("好。", 0.2, 0.4),
    spoken("Bun", 0.5, 0.7),
    spoken("很", 0.7, 0.9),
  ];
  expect(transcript({ text: "你好。Bun 很", words })?.segments?.map(({ text }) => text)).toEqual([
    "你好。",
    "Bun 很",
  ]);
});

test.each<[unknown, unknown]>([
  [{ output: "Hello.", partial: false }, { text: "Hello." }],
  [{ text: "" }, { text: "" }],
  [
    { text: "Hi", duration: 3.5, chunks: null, words: null },
    { text: "Hi", duration: 3.5 },
  ],
  [
    { chunks: [{ text: "Hi", timestamp: [0, 1] }] },
    { text: "Hi", duration: 1, segments: [{ text: "Hi", start: 0, end: 1 }] },
  ],
  [{}, undefined],
  [null, undefined],
  ["text", undefined],
])("%j", (output, expected) => {
  expect(transcript(output)).toStrictEqual(expected as never);
});
