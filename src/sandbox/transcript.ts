/** Outputs that are text: transcripts in the dialects of the speech models, captions and answers. */
import type { Outcome, Work } from "./work.ts";

const spoken = "This is the sandbox speaking. Nothing was heard, yet every word has its time.";
/** Seconds that a word takes. */
const pace = 0.4;

export function writeText(work: Work): Outcome {
  const { endpoint, input, marker } = work;
  const told = marker.get("description");
  const audio = "audio_url" in input || /whisper|wizper|speech-to-text|asr/.test(endpoint);
  if (!audio) {
    const asked = String(input["prompt"] ?? "the file");
    return { output: { output: told ?? `The sandbox's answer to: ${asked}` }, units: 1 };
  }
  const text = told ?? spoken;
  const words = text.split(/\s+/).filter(Boolean);
  const seconds = words.length * pace;
  const language = typeof input["language"] === "string" ? input["language"] : "en";
  if (endpoint.includes("elevenlabs")) {
    const output = {
      text,
      language_code: typeof input["language_code"] === "string" ? input["language_code"] : "eng",
      language_probability: 0.99,
      words: words.flatMap(elevenLabsWord),
    };
    return { output, units: seconds };
  }
  if (/speech-to-text|asr/.test(endpoint))
    return { output: { output: text, partial: false }, units: seconds };
  const chunks = input["chunk_level"] === "word" ? words.map(timed) : sentences(text);
  const whisper = endpoint.includes("whisper");
  const output = {
    text,
    ...(input["chunk_level"] !== "none" && { chunks }),
    ...(whisper
      ? { inferred_languages: [language], diarization_segments: [] }
      : { languages: [language] }),
  };
  return { output, units: seconds };
}

function timed(text: string, index: number) {
  return { text, timestamp: [round(index * pace), round((index + 1) * pace)], speaker: null };
}

function sentences(text: string) {
  const found = text.match(/[^.!?]+[.!?]*\s*/g) ?? [text];
  let start = 0;
  return found.map((sentence) => {
    const end = start + sentence.trim().split(/\s+/).length * pace;
    const chunk = { text: sentence.trim(), timestamp: [round(start), round(end)], speaker: null };
    start = end;
    return chunk;
  });
}

/** Its lists hold the blanks between words too. */
function elevenLabsWord(text: string, index: number) {
  const start = round(index * pace);
  const end = round((index + 0.9) * pace);
  const word = { text, start, end, type: "word", speaker_id: "speaker_0" };
  if (index === 0) return [word];
  const pause = { text: " ", start: round((index - 0.1) * pace), end: start, type: "spacing" };
  return [{ ...pause, speaker_id: "speaker_0" }, word];
}

function round(seconds: number): number {
  return Math.round(seconds * 100) / 100;
}
