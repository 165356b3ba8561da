/** What lies behind an address below `/files`: made pictures, sounds and films, and uploads. */
import { clipAt } from "./clip.ts";
import { glb } from "./mesh.ts";
import { encode, pictureAt } from "./picture.ts";
import { soundAt, wav } from "./sound.ts";
import type { Uploads } from "./upload.ts";

export interface StoredFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

export async function fileAt(path: string, uploads: Uploads): Promise<StoredFile | undefined> {
  const picture = pictureAt(path);
  if (picture) return { type: `image/${picture.format}`, bytes: await encode(picture) };
  const clip = clipAt(path);
  if (clip) return { type: clip.type, bytes: await Bun.file(clip.path).bytes() };
  const sound = soundAt(path);
  if (sound) return { type: "audio/wav", bytes: wav(sound) };
  if (/^\/b\/[0-9a-f]{8}\/\w+-mesh\.glb$/.test(path))
    return { type: "model/gltf-binary", bytes: glb };
  return uploads.get(path);
}
