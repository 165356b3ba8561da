/** Who speaks: the voices of each endpoint, and which of them is most like one of OpenAI's. */
import type { Endpoint, Field } from "./catalog.ts";

/** Where an endpoint names its voice: the field, and the field within it. */
export interface VoicePlace {
  readonly path: readonly [field: string] | readonly [field: string, member: string];
  readonly names: readonly string[];
  /** Names that are not listed are taken too: cloned voices, ids. */
  readonly open: boolean;
  readonly required: boolean;
}

interface Known {
  readonly ids: RegExp;
  readonly names: readonly string[];
  readonly closed?: true;
}

/** Voices that the declarations leave out, or give as another model's. From the models' pages. */
const KNOWN: readonly Known[] = [
  {
    ids: /^fal-ai\/elevenlabs\/tts\//,
    names: [
      ...["Rachel", "Aria", "Roger", "Sarah", "Laura", "Charlie", "George", "Callum", "River"],
      ...["Liam", "Charlotte", "Alice", "Matilda", "Will", "Jessica", "Eric", "Chris", "Brian"],
      ...["Daniel", "Lily", "Bill"],
    ],
  },
  {
    ids: /^fal-ai\/minimax\/(preview\/)?speech-/,
    names: [
      ...["Wise_Woman", "Friendly_Person", "Inspirational_girl", "Deep_Voice_Man", "Calm_Woman"],
      ...["Casual_Guy", "Lively_Girl", "Patient_Man", "Young_Knight", "Determined_Man"],
      ...["Lovely_Girl", "Decent_Boy", "Imposing_Manner", "Elegant_Man", "Abbess"],
      ...["Sweet_Girl_2", "Exuberant_Girl"],
    ],
  },
  kokoro(
    "british-english",
    "bf_alice bf_emma bf_isabella bf_lily bm_daniel bm_fable bm_george bm_lewis",
  ),
  kokoro("spanish", "ef_dora em_alex em_santa"),
  kokoro("french", "ff_siwis"),
  kokoro("italian", "if_sara im_nicola"),
  kokoro("japanese", "jf_alpha jf_gongitsune jf_nezumi jf_tebukuro jm_kumo"),
  kokoro("brazilian-portuguese", "pf_dora pm_alex pm_santa"),
  kokoro(
    "mandarin-chinese",
    "zf_xiaobei zf_xiaoni zf_xiaoxiao zf_xiaoyi zm_yunjian zm_yunxi zm_yunxia zm_yunyang",
  ),
];

function kokoro(language: string, names: string): Known {
  return { ids: new RegExp(`^fal-ai/kokoro/${language}$`), names: names.split(" "), closed: true };
}

const FIELDS = ["voice", "voice_id", "speaker"] as const;

/** How an endpoint names its voice; nothing for one that has a single voice. */
export function voicePlace({ id, input }: Endpoint): VoicePlace | undefined {
  const known = KNOWN.find(({ ids }) => ids.test(id));
  const place = (path: VoicePlace["path"], field: Field): VoicePlace => ({
    path,
    names: known?.names ?? field.enum ?? [],
    open: known ? !known.closed : !field.enum || field.open === true,
    required: field.required === true,
  });
  for (const name of FIELDS) {
    if (input[name]?.type === "string") return place([name], input[name]);
  }
  const nested = input.voice_setting?.fields?.voice_id;
  if (nested) return place(["voice_setting", "voice_id"], nested);
  const listed = input.speakers?.required ? input.speakers.items?.fields?.preset : undefined;
  return listed && { ...place(["speakers", "preset"], listed), required: true };
}

type Gender = "woman" | "man";

/** OpenAI's voices: who they sound like, and the names elsewhere that come nearest, best first. */
const OPENAI: Readonly<Record<string, readonly [Gender, ...names: string[]]>> = {
  alloy: ["woman", "af_alloy", "Kore", "River", "ara", "Friendly_Person", "tara", "Ashley"],
  ash: ["man", "am_michael", "Puck", "Will", "leo", "Casual_Guy", "Alex", "Ryan"],
  ballad: ["man", "bm_george", "Iapetus", "George", "rex", "Elegant_Man", "zac", "Simon"],
  cedar: ["man", "am_fenrir", "Orus", "Brian", "rex", "Patient_Man", "dan", "Craig"],
  coral: ["woman", "af_bella", "Leda", "Laura", "eve", "Lively_Girl", "mia", "Olivia"],
  echo: ["man", "am_echo", "Charon", "Roger", "sal", "Young_Knight", "leo", "Mark"],
  fable: ["man", "bm_fable", "Fenrir", "Callum", "leo", "Decent_Boy", "zac", "Graham"],
  marin: ["woman", "af_heart", "Aoede", "Sarah", "ara", "Calm_Woman", "leah", "Julia"],
  nova: ["woman", "af_nova", "Zephyr", "Jessica", "eve", "Inspirational_girl", "jess", "Wendy"],
  onyx: ["man", "am_onyx", "Algenib", "Bill", "rex", "Deep_Voice_Man", "dan", "Dennis"],
  sage: ["woman", "af_sarah", "Sulafat", "Matilda", "ara", "Wise_Woman", "zoe", "Sarah"],
  shimmer: ["woman", "af_sky", "Vindemiatrix", "Charlotte", "eve", "Sweet_Girl_2", "leah", "Pixie"],
  verse: ["man", "am_puck", "Sadaltager", "Liam", "leo", "Determined_Man", "leo", "Theodore"],
};

/** Where none of those is there: somebody who speaks English plainly. */
const PLAIN: Readonly<Record<Gender, readonly string[]>> = {
  woman: ["commercial_lady_en_f-v1"],
  man: ["reader_en_m-v1"],
};

/** Names that tell who it is: Kokoro's prefixes, Kling's and MiniMax's words, first names. */
const WOMEN =
  /^[a-z]f_|female|woman|girl|lady|jie|^natf|^varf|emma|grace|alice|mary|maya|serena|vivian|sohee|anna|aurora|britney|siobhan|vicky|loretta/i;
const MEN =
  /^[a-z]m_|(?<!fe)male|(?<!wo)man\d?($|[^a-z])|boy|guy|^natm|^varm|carter|frank|wayne|mike|dylan|eric|ryan|aiden|carl|cliff|richard|rico|blade|hank/i;

/** Whether OpenAI has a voice of that name. */
export function isOpenAIVoice(name: string): boolean {
  return Object.hasOwn(OPENAI, name.toLowerCase());
}

/** OpenAI's names. */
export const openAIVoices: readonly string[] = Object.keys(OPENAI);

/** The voice of a list that is most like OpenAI's of that name. */
export function likeVoice(name: string, names: readonly string[]): string | undefined {
  const [gender, ...likes] = OPENAI[name.toLowerCase()]!;
  const liked = [...likes, ...PLAIN[gender]]
    .map((like) => ownVoice(like, names))
    .find((own) => own !== undefined);
  const tells = gender === "woman" ? WOMEN : MEN;
  return liked ?? names.find((own) => tells.test(own)) ?? names[0];
}

/** The voice of that name as the list writes it: `rachel` is `Rachel`, `ashley` is `Ashley (en)`. */
export function ownVoice(name: string, names: readonly string[]): string | undefined {
  const wanted = plain(name);
  return (
    names.find((own) => own.toLowerCase() === name.toLowerCase().trim()) ??
    names.find((own) => plain(own) === wanted)
  );
}

function plain(name: string) {
  return name
    .toLowerCase()
    .replace(/\s*[([].*$/, "")
    .trim();
}
