/** Sounds as bytes: told apart by how they begin, measured, and made of one another. */
import { describe, expect, test } from "bun:test";
import {
  pcmToWav,
  readWav,
  soundFormat,
  soundSeconds,
  soundType,
  wavToPcm,
} from "../../src/formats/sound.ts";
import { pictureFormat, pictureType } from "../../src/formats/picture.ts";
import { JPEG, PNG, wav, WEBP } from "../support/files.ts";

const bytes = (text: string) => Buffer.from(text, "latin1");

test.each([
  [wav(1), "audio/wav"],
  [bytes("OggS\0\x02"), "audio/ogg"],
  [bytes("fLaC\0\0"), "audio/flac"],
  [bytes("ID3\x04\0"), "audio/mpeg"],
  [bytes("\xff\xfb\x90\x44"), "audio/mpeg"],
  [bytes("\xff\xf3\x90\x44"), "audio/mpeg"],
  [bytes("\xff\xf1\x50\x80"), "audio/aac"],
  [bytes("\0\0\0\x20ftypM4A \0"), "audio/mp4"],
  [bytes("\0\0\0\x20ftypisom\0"), "video/mp4"],
  [bytes("\x1a\x45\xdf\xa3\x9f"), "video/webm"],
  [bytes("FORM\0\0\0\0AIFF"), "audio/aiff"],
  [PNG, undefined],
  [bytes("la la la"), undefined],
  [bytes(""), undefined],
])("a sound: %#", (sound, type) => {
  expect(soundType(sound)).toBe(type!);
});

test.each([
  [PNG, "image/png"],
  [JPEG, "image/jpeg"],
  [WEBP, "image/webp"],
  [bytes("GIF89a"), "image/gif"],
  [bytes("\0\0\0\x20ftypavif\0\0\0\0"), "image/avif"],
  [bytes("RIFF\0\0\0\0WAVE"), undefined],
  [bytes("<svg/>"), undefined],
  [bytes("\x89PNG"), undefined],
])("a picture: %#", (picture, type) => {
  expect(pictureType(picture)).toBe(type!);
});

test("OpenAI's words for both", () => {
  expect(["audio/mpeg", "audio/mp4", "audio/ogg", "video/mp4"].map(soundFormat)).toEqual([
    "mp3",
    "aac",
    "opus",
    undefined,
  ]);
  expect(["jpg", "image/jpeg", "PNG", "gif", undefined].map(pictureFormat)).toEqual([
    "jpeg",
    "jpeg",
    "png",
    undefined,
    undefined,
  ]);
});

describe("WAV", () => {
  test.each([
    [wav(1), 1],
    [wav(0), 0],
    [wav(2, 8000), 2],
    [bytes("RIFF\0\0\0\0WAVEfmt "), undefined],
    [bytes("ID3"), undefined],
  ])("lasts: %#", (sound, seconds) => {
    expect(soundSeconds(sound)).toBe(seconds!);
  });

  test("becomes samples and a WAV again", () => {
    const samples = Buffer.alloc(480);
    for (let at = 0; at < 240; at += 1) samples.writeInt16LE(at * 100 - 12_000, at * 2);
    const made = pcmToWav(samples);
    expect(readWav(made)).toMatchObject({ channels: 1, rate: 24_000, bits: 16 });
    expect(Buffer.from(wavToPcm(made)!).equals(samples)).toBe(true);
  });

  test("of another rate and two channels becomes OpenAI's 24 kHz of one", () => {
    const made = Buffer.from(pcmToWav(Buffer.alloc(48_000 * 4)));
    made.writeUInt16LE(2, 22);
    made.writeUInt32LE(48_000, 24);
    for (let at = 44; at < made.length; at += 4) {
      made.writeInt16LE(1000, at);
      made.writeInt16LE(3000, at + 2);
    }
    const samples = Buffer.from(wavToPcm(made)!);
    expect(samples.length).toBe(48_000);
    expect([0, 1000, 47_998].map((at) => samples.readInt16LE(at))).toEqual([2000, 2000, 2000]);
  });

  test("that was streamed claims more than it has", () => {
    const made = Buffer.from(wav(1));
    made.writeUInt32LE(0xffffffff, 40);
    expect(soundSeconds(made)).toBe(1);
  });

  test("of samples that are no 16 bits is left alone", () => {
    const made = Buffer.from(wav(1));
    made.writeUInt16LE(24, 34);
    expect(wavToPcm(made)).toBeUndefined();
  });
});
