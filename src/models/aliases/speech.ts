/** OpenAI's speech models, out and in. Its own never were on fal: others serve their names. */
import type { Alias } from "../alias.ts";

const MINIMAX_FAST = "fal-ai/minimax/speech-2.8-turbo";
const MINIMAX = "fal-ai/minimax/speech-2.8-hd";
const SCRIBE = "fal-ai/elevenlabs/speech-to-text/scribe-v2";
const SCRIBE_1 = "fal-ai/elevenlabs/speech-to-text";

/** OpenAI's transcripts have words only, and no speakers unless one asks for them. */
const PLAIN = { tag_audio_events: false, diarize: false };

function speaks(id: string, ...endpoints: string[]): Alias {
  return { id, modality: "text-to-speech", owner: "openai", endpoints };
}

function listens(id: string, defaults: Alias["defaults"], ...endpoints: string[]): Alias {
  return { id, modality: "speech-to-text", owner: "openai", endpoints, defaults: defaults ?? {} };
}

export const speechAliases: readonly Alias[] = [
  speaks(
    "tts-1",
    MINIMAX_FAST,
    "fal-ai/elevenlabs/tts/turbo-v2.5",
    "fal-ai/kokoro/american-english",
  ),
  speaks("tts-1-hd", MINIMAX, "fal-ai/elevenlabs/tts/multilingual-v2"),
  // The only one of OpenAI's that is told how to speak; so is Gemini.
  speaks("gpt-4o-mini-tts", "fal-ai/gemini-tts", MINIMAX_FAST),
  // fal-ai/whisper left fal's list in August 2026.
  listens("whisper-1", PLAIN, "fal-ai/wizper", "fal-ai/whisper", SCRIBE),
  listens("gpt-4o-transcribe", PLAIN, SCRIBE, SCRIBE_1, "fal-ai/wizper"),
  listens("gpt-4o-mini-transcribe", PLAIN, "fal-ai/wizper", SCRIBE_1),
  listens("gpt-4o-transcribe-diarize", { ...PLAIN, diarize: true }, SCRIBE, SCRIBE_1),
];
