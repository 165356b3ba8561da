/** Outputs that are sound: WAV made in code, or a short tone in the packed format asked for. */
import { type Fields, isFields } from "./call.ts";
import { hex, seedFrom } from "./chance.ts";
import { tones } from "./clip.ts";
import { soundSize, spokenTime } from "./sound.ts";
import type { Outcome, Work } from "./work.ts";

export function speak(work: Work): Outcome {
  const { input, origin, id, endpoint } = work;
  const text = String(input["text"] ?? input["prompt"] ?? "");
  const format = formatOf(endpoint, input);
  const folder = `${origin}/files/b/${hex(seedFrom(text))}`;
  const tag = hex(seedFrom(id));
  const units = Math.max(1, text.length) / 1000;
  const packed = tones[format as keyof typeof tones];
  if (packed) {
    const file_name = `${tag}-${packed.name}`;
    const file_size = Bun.file(packed.path).size;
    const audio = {
      url: `${folder}/${file_name}`,
      content_type: packed.type,
      file_name,
      file_size,
    };
    return { output: shaped(endpoint, audio, 1000), units };
  }
  const sound = { seed: seedFrom(text), milliseconds: spokenTime(text) };
  const file_name = `${tag}-${sound.milliseconds}ms.wav`;
  const audio = {
    url: `${folder}/${file_name}`,
    content_type: "audio/wav",
    file_name,
    file_size: soundSize(sound),
  };
  return { output: shaped(endpoint, audio, sound.milliseconds), units };
}

function shaped(endpoint: string, audio: Fields, milliseconds: number) {
  if (endpoint.includes("minimax")) return { audio, duration_ms: milliseconds };
  // Some music models name the same thing otherwise.
  if (/stable-audio|cassetteai/i.test(endpoint)) return { audio_file: audio };
  return { audio };
}

function formatOf(endpoint: string, input: Fields): string {
  const { output_format, audio_setting, format } = input;
  const nested = isFields(audio_setting) ? audio_setting["format"] : undefined;
  const codec = isFields(output_format) ? output_format["codec"] : output_format;
  const asked = [nested, format, codec].find((each) => typeof each === "string") as string;
  if (/^mp3/.test(asked)) return "mp3";
  if (/^(ogg|opus)/.test(asked)) return "ogg";
  if (/^flac/.test(asked)) return "flac";
  if (/^(wav|pcm)/.test(asked)) return "wav";
  return /elevenlabs|minimax|gemini|xai/.test(endpoint) ? "mp3" : "wav";
}
