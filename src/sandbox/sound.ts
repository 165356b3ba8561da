/** Sound made in code: a WAV file of any length with a quiet melody. */
import { chance } from "./chance.ts";

const rate = 24_000;
const scale = [262, 294, 330, 392, 440, 523];
const longest = 120_000;

export interface Sound {
  readonly seed: number;
  readonly milliseconds: number;
}

/** `/b/1a2b3c4d/speech-1500ms.wav`, below `/files`. */
export function soundAt(path: string): Sound | undefined {
  const [, seed, milliseconds] = /^\/b\/([0-9a-f]{8})\/\w+-(\d+)ms\.wav$/.exec(path) ?? [];
  if (!seed || Number(milliseconds) > longest) return undefined;
  return { seed: Number.parseInt(seed, 16), milliseconds: Number(milliseconds) };
}

/** About as long as reading the text aloud takes. */
export function spokenTime(text: string): number {
  return Math.min(longest, Math.max(500, Math.round(text.length * 60)));
}

function samplesOf(milliseconds: number): number {
  return Math.round((rate * milliseconds) / 1000);
}

export function soundSize({ milliseconds }: Sound): number {
  return 44 + samplesOf(milliseconds) * 2;
}

export function wav(sound: Sound): Uint8Array {
  const samples = samplesOf(sound.milliseconds);
  const file = new Uint8Array(44 + samples * 2);
  const view = new DataView(file.buffer);
  const text = (at: number, word: string) => file.set(new TextEncoder().encode(word), at);
  text(0, "RIFF");
  view.setUint32(4, file.length - 8, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, rate * 2, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, samples * 2, true);

  const next = chance(sound.seed);
  const note = Math.round(rate / 4);
  let pitch = 0;
  for (let index = 0; index < samples; index++) {
    const within = index % note;
    if (within === 0) pitch = scale[Math.floor(next() * scale.length)]!;
    const fade = Math.min(1, within / 400, (note - within) / 2400);
    const wave = Math.sin((2 * Math.PI * pitch * within) / rate);
    view.setInt16(44 + index * 2, wave * fade * 6000, true);
  }
  return file;
}
