/** Every alias that is built in; the lists are in `aliases/`. */
import type { Alias } from "./alias.ts";
import { chatAliases } from "./aliases/chat.ts";
import { imageAliases } from "./aliases/images.ts";
import { speechAliases } from "./aliases/speech.ts";
import { videoAliases } from "./aliases/video.ts";

/** Every name of the five contracts, and OpenAI's own. */
export const builtinAliases: readonly Alias[] = [
  ...imageAliases,
  ...videoAliases,
  ...speechAliases,
  ...chatAliases,
];
