/** A sound that fal has made, as the client asked for its file. */
import type { Media as File } from "../fal/media.ts";
import {
  pcmToWav,
  SOUND_HEAD,
  SOUND_TYPES,
  type SoundFormat,
  soundFormat,
  soundType,
  wavToPcm,
} from "../formats/sound.ts";

export interface SoundFile {
  body: AsyncIterable<Uint8Array>;
  contentType: string;
  /** Bytes, where they are known beforehand. */
  length?: number | undefined;
  /** What it is, where that is not what was asked for. */
  instead?: string;
}

/** As it comes; a WAV as bare samples, or they as a WAV, where the other was asked for. */
export async function soundFile(
  file: File,
  asked: SoundFormat | undefined,
  fitted: string | undefined,
): Promise<SoundFile> {
  const { head, body } = await peek(file.body);
  const found = soundType(head);
  // Bare samples may begin like anything.
  const bare = fitted === "pcm" && found !== SOUND_TYPES.wav;
  const type = bare ? SOUND_TYPES.pcm : (found ?? file.contentType);
  const format = soundFormat(type);
  if (asked && format && asked !== format) {
    const bytes = () => Array.fromAsync(body).then((pieces) => Buffer.concat(pieces));
    const made =
      asked === "pcm" && format === "wav"
        ? wavToPcm(await bytes())
        : asked === "wav" && format === "pcm" && pcmToWav(await bytes());
    if (made) return { body: once(made), contentType: SOUND_TYPES[asked], length: made.length };
  }
  const instead = asked && asked !== format ? { instead: format ?? type } : {};
  return { body, contentType: type, length: file.length, ...instead };
}

/** The first bytes, and all of them. */
async function peek(body: AsyncIterable<Uint8Array>) {
  const pieces = body[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  while (head.length < SOUND_HEAD) {
    const { done, value } = await pieces.next();
    if (done) break;
    head = Buffer.concat([head, value]);
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    if (head.length > 0) yield head;
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) return;
      yield value;
    }
  }
  return { head, body: { [Symbol.asyncIterator]: whole } };
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
