/** What a name that a client writes stands for. */
import type { Alias, Company } from "./alias.ts";
import type { Endpoint } from "./catalog.ts";
import type { Modality } from "./modality.ts";

export type Kind = "image" | "video" | "speech" | "transcription" | "chat" | "other";

export interface Model {
  /** The name as the client wrote it. */
  readonly id: string;
  readonly kind: Kind;
  readonly modality: Modality | "chat";
  readonly alias?: Alias;
  /** Best first, given words alone; the later ones serve once fal has retired the earlier. */
  readonly endpoints: readonly Endpoint[];
  /** Best first, given pictures too. */
  readonly with: Readonly<Partial<Record<Company, readonly Endpoint[]>>>;
  /** Of a language model: its OpenRouter id. */
  readonly upstream?: string;
}
