/** What is said of an endpoint: the fields that it takes, and what it gives. */

export type OutputKind =
  | "images"
  | "image"
  | "video"
  | "videos"
  | "audio"
  | "text"
  | "mesh"
  | "file"
  | "other"
  /** A language model in fal's own dialect: `{output}`. */
  | "llm"
  /** The OpenAI-compatible base of the router. */
  | "openai";

/** One field of an input, as src/models/catalog.ts describes it. */
export interface Field {
  readonly type: "string" | "integer" | "number" | "boolean" | "array" | "object" | "unknown";
  readonly enum?: readonly string[];
  readonly open?: true;
  readonly required?: true;
  readonly media?: true;
  readonly objectToo?: true;
  readonly items?: Field;
  readonly fields?: Readonly<Record<string, Field>>;
}

export interface Model {
  readonly id: string;
  readonly input: Readonly<Record<string, Field>>;
  readonly output: OutputKind;
}

/** An endpoint outside the catalogue. */
export type App = OutputKind | { output: OutputKind; input?: Record<string, Field> };
