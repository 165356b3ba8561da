/** An alias: a name that clients use, and what on fal serves it. */
import type { Modality } from "./modality.ts";

/** Full fal ids, best first: the model itself, then what replaces it once fal retires it. */
export type Chain = readonly string[];

/**
 * What comes along with the prompt and so asks for another endpoint of the same model: pictures to
 * edit; a picture to vary, without a prompt; a video's first frame; its first and last frame;
 * material to compose a video from.
 */
export type Company = "edit" | "variation" | "first" | "frames" | "references";

export interface Alias {
  /** The name as listed. */
  readonly id: string;
  /** Other spellings that clients are known to send. */
  readonly also?: readonly string[];
  /** A name for people. */
  readonly name?: string;
  readonly modality: Modality | "chat";
  /** Who made the model, as `/v1/models` says in `owned_by`. */
  readonly owner: string;
  /** Given words alone. Empty where the model does nothing without pictures. */
  readonly endpoints: Chain;
  /** Given pictures too. */
  readonly with?: Readonly<Partial<Record<Company, Chain>>>;
  /** The most pictures that may come along, where the name's contract says so. */
  readonly mostPictures?: number;
  /** Ratios that the name's contract has although its endpoints have not: the nearest stands in. */
  readonly ratios?: readonly string[];
  /** Input that the client's own words override; an endpoint gets only the fields it has. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** How pictures are returned when the client does not say: as OpenAI's model of that name does. */
  readonly format?: "b64_json";
  /** Of a language model: its OpenRouter id. */
  readonly upstream?: string;
}
