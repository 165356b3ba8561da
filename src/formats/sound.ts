/** Sounds as bytes: which kind they are, how long, and WAV as bare samples and back. */

/** OpenAI's words for what speech comes as. */
export type SoundFormat = "mp3" | "opus" | "aac" | "flac" | "wav" | "pcm";

export const SOUND_TYPES: Readonly<Record<SoundFormat, string>> = {
  mp3: "audio/mpeg",
  opus: "audio/ogg",
  aac: "audio/aac",
  flac: "audio/flac",
  wav: "audio/wav",
  pcm: "audio/pcm",
};

/** The first bytes of each kind; a dot stands for any byte. Films count: their sound is heard. */
const MAGIC: readonly (readonly [type: string, start: RegExp])[] = [
  ["audio/wav", /^RIFF....WAVE/s],
  ["audio/ogg", /^OggS/],
  ["audio/flac", /^fLaC/],
  ["audio/mpeg", /^ID3/],
  ["audio/aac", /^\xff[\xf0\xf1\xf8\xf9]/],
  ["audio/mpeg", /^\xff[\xe2-\xe7\xf2-\xf7\xfa-\xff]/],
  ["audio/mp4", /^....ftypM4[AB]/s],
  ["video/mp4", /^....ftyp/s],
  ["video/webm", /^\x1a\x45\xdf\xa3/],
  ["audio/aiff", /^FORM....AIF[FC]/s],
  ["audio/amr", /^#!AMR/],
  ["video/x-msvideo", /^RIFF....AVI /s],
];

/** How far a file has to be read to know what it is. */
export const SOUND_HEAD = 16;

/** The media type of a sound or film, by its bytes; nothing for what is neither. */
export function soundType(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, SOUND_HEAD)).toString("latin1");
  return MAGIC.find(([, magic]) => magic.test(start))?.[0];
}

/** OpenAI's word for what a sound is, by its media type. */
export function soundFormat(type: string | undefined): SoundFormat | undefined {
  const known = Object.entries(SOUND_TYPES) as [SoundFormat, string][];
  const plain = type === "audio/mp4" ? "audio/aac" : type;
  return known.find(([, own]) => own === plain)?.[0];
}

/** OpenAI's bare samples: 24 kHz, one channel, 16 bits, the lower byte first. */
const RATE = 24_000;

export interface Wav {
  readonly channels: number;
  readonly rate: number;
  readonly bits: number;
  readonly samples: Uint8Array;
}

/** What a WAV holds; nothing for one of compressed samples, or none at all. */
export function readWav(bytes: Uint8Array): Wav | undefined {
  if (soundType(bytes) !== "audio/wav") return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let format: Omit<Wav, "samples"> | undefined;
  for (let at = 12; at + 8 <= bytes.length;) {
    const name = Buffer.from(bytes.subarray(at, at + 4)).toString("latin1");
    const size = view.getUint32(at + 4, true);
    const body = at + 8;
    if (name === "fmt " && body + 16 <= bytes.length) {
      const [channels, rate] = [view.getUint16(body + 2, true), view.getUint32(body + 4, true)];
      format = { channels, rate, bits: view.getUint16(body + 14, true) };
    }
    // A WAV that was streamed does not know its length and claims the most: the file's end counts.
    if (name === "data") {
      return format && { ...format, samples: bytes.subarray(body, body + size) };
    }
    at = body + size + (size % 2);
  }
  return undefined;
}

/** Seconds; nothing where only a decoder could tell. */
export function soundSeconds(bytes: Uint8Array): number | undefined {
  const wav = readWav(bytes);
  if (!wav || wav.rate === 0 || wav.channels === 0) return undefined;
  return wav.samples.length / (wav.rate * wav.channels * (wav.bits / 8));
}

/** A WAV's sound as bare samples; nothing where its samples are no whole numbers of 16 bits. */
export function wavToPcm(bytes: Uint8Array): Uint8Array | undefined {
  const wav = readWav(bytes);
  if (!wav || wav.bits !== 16 || wav.channels === 0) return undefined;
  const { channels, rate, samples } = wav;
  if (channels === 1 && rate === RATE) return samples;
  const view = new DataView(samples.buffer, samples.byteOffset, samples.byteLength);
  const frames = Math.floor(samples.length / (2 * channels));
  const frame = (index: number) => {
    let sum = 0;
    for (let channel = 0; channel < channels; channel += 1) {
      sum += view.getInt16(2 * (index * channels + channel), true);
    }
    return sum / channels;
  };
  const made = Buffer.alloc(2 * Math.floor((frames * RATE) / rate));
  for (let index = 0; index < made.length / 2; index += 1) {
    const place = (index * rate) / RATE;
    const before = Math.min(Math.floor(place), frames - 1);
    const after = Math.min(before + 1, frames - 1);
    const value = frame(before) + (frame(after) - frame(before)) * (place - before);
    made.writeInt16LE(Math.round(value), 2 * index);
  }
  return made;
}

/** Bare samples as a WAV. */
export function pcmToWav(samples: Uint8Array): Uint8Array {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + samples.length, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(RATE, 24);
  head.writeUInt32LE(RATE * 2, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(samples.length, 40);
  return Buffer.concat([head, samples]);
}
