/** A language model's stream on its way to a client: every rule that some client breaks without. */
import type { ErrorBody } from "../error.ts";
import type { ChatCompletionChunk, ChatUsage } from "./answer.ts";
import { type ChoiceState, isPlain, newChoice, normalChoices } from "./chunk.ts";
import { readChunk, told } from "./read.ts";
import { learnTemplate, type Template } from "./template.ts";
import type { WrittenChunk } from "./written.ts";

export interface RelayOptions {
  /** The model's name as the client wrote it; every chunk bears it. */
  model: string;
  /** Whether the client asked for `stream_options.include_usage`. */
  usage: boolean;
  /** For a stream that comes without its own. */
  id: string;
  /** Unix seconds. */
  created: number;
  /** A failure inside the stream as the client sees it. */
  fail(fault: StreamFault): ErrorBody;
}

/** What can go wrong once a stream has begun. */
export type StreamFault =
  | { kind: "error"; error: unknown }
  /** Something that is no chunk. */
  | { kind: "garbage"; data: string }
  /** The upstream ended without saying so. */
  | { kind: "cut" };

/** Fed with the data of the upstream's events; gives the text to write. Pure: it never waits. */
export interface Relay {
  push(data: string): string;
  /** The same for the text of whole events, if all of them are plain text of a known form. */
  quick(events: string): string | undefined;
  /** The upstream has closed, or broken off. */
  end(): string;
  /** Ends the stream with a failure that the relay could not see. */
  fail(fault: StreamFault): string;
  /** Nothing follows any more: `[DONE]` has been given. */
  done(): boolean;
  /** What the model says that it has used, once it has said so. */
  usage(): ChatUsage | undefined;
  /** Why the stream failed, once it has. */
  fault(): StreamFault | undefined;
}

const DONE = "data: [DONE]\n\n";

/**
 * Only `data:` lines; the role first, the finish reason always, the usage as a chunk of its own and
 * only when asked for, `[DONE]`, then nothing. Plain text passes as it came, byte for byte but for
 * the model's name.
 */
export function createRelay(options: RelayOptions): Relay {
  return new StreamRelay(options);
}

type Head = Pick<WrittenChunk, "id" | "object" | "created" | "model">;

const OBJECT = "chat.completion.chunk";

const write = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\n`;

/** A class for its memory: thousands of them stand open at once. */
class StreamRelay implements Relay {
  readonly #options: RelayOptions;
  /** Nearly always one: a map would take more memory than all the rest. */
  readonly #choices: ChoiceState[] = [];
  #head: Head | undefined;
  #usage: ChatUsage | undefined;
  #template: Template | undefined;
  #over = false;
  #failure: StreamFault | undefined;

  constructor(options: RelayOptions) {
    this.#options = options;
  }

  push(data: string): string {
    if (this.#over) return "";
    const known = this.#template?.apply(`data: ${data}\n\n`);
    if (known !== undefined) return known;
    if (data === "[DONE]") return this.#finish();
    const chunk = readChunk(data);
    if (!chunk) return this.#failed({ kind: "garbage", data });
    if (chunk.error) return this.#failed({ kind: "error", error: chunk.error });
    const text = this.#isWhole(chunk, data) ? this.#renamed(data, chunk.model) : undefined;
    if (text === undefined) return this.#rebuilt(chunk);
    this.#template = learnTemplate(data, chunk, (part) => this.#renamed(part, chunk.model) ?? part);
    return `data: ${text}\n\n`;
  }

  quick(events: string): string | undefined {
    return this.#over ? undefined : this.#template?.apply(events);
  }

  end(): string {
    return this.fail({ kind: "cut" });
  }

  /** What fails after the model has said that it stopped takes nothing from its answer. */
  fail(fault: StreamFault): string {
    if (this.#over) return "";
    const states = this.#choices;
    const finished = states.length > 0 && states.every((state) => state.finished);
    return finished ? this.#finish() : this.#failed(fault);
  }

  done(): boolean {
    return this.#over;
  }

  usage(): ChatUsage | undefined {
    return this.#usage;
  }

  fault(): StreamFault | undefined {
    return this.#failure;
  }

  /** Nothing has to be added, and nothing but the model's name changed. */
  #isWhole(chunk: ChatCompletionChunk, data: string): boolean {
    const { choices: given = [], id, object, created } = chunk;
    const head = this.#head;
    return (
      given.length === 1 &&
      isPlain(given[0]!, this.#choice(given[0]!.index!)) &&
      head !== undefined &&
      id === head.id &&
      object === head.object &&
      created !== undefined &&
      chunk.system_fingerprint !== null &&
      chunk.usage == null &&
      !("error" in chunk) &&
      !data.includes("\n")
    );
  }

  /**
   * The chunk's own text with the model's name exchanged; a quote inside a text is escaped, so it
   * cannot match. Nothing where the name is not to be found.
   */
  #renamed(data: string, given: string | undefined): string | undefined {
    const { model } = this.#options;
    if (given === model) return data;
    const field = `"model":${JSON.stringify(given)}`;
    if (!data.includes(field)) return undefined;
    return data.replace(field, () => `"model":${JSON.stringify(model)}`);
  }

  #choice(index: number): ChoiceState | undefined {
    return this.#choices.find((state) => state.index === index);
  }

  #begin(index: number): ChoiceState {
    const begun = newChoice(index);
    this.#choices.push(begun);
    return begun;
  }

  #rebuilt(chunk: ChatCompletionChunk): string {
    if (chunk.usage) this.#usage = chunk.usage;
    const { usage: _, error: __, choices: given = [], ...rest } = told(chunk);
    const { id, created, model } = this.#options;
    const head: Head = (this.#head ??= {
      id: chunk.id ?? id,
      object: OBJECT,
      created: chunk.created ?? created,
      model,
    });
    const broken = given.find((choice) => choice.error || choice.finish_reason === "error");
    if (broken) return this.#failed({ kind: "error", error: broken.error ?? "The model failed." });
    const normal = given.flatMap((choice) => {
      const index = choice.index ?? 0;
      return normalChoices(choice, this.#choice(index) ?? this.#begin(index));
    });
    return normal.map((choice) => write({ ...rest, ...head, choices: [choice] })).join("");
  }

  /** A model that said `[DONE]` without a reason has stopped; helpers insist on being told so. */
  #finish(): string {
    this.#over = true;
    const { id, created, model, usage: wanted } = this.#options;
    const head: Head = this.#head ?? { id, object: OBJECT, created, model };
    if (this.#choices.length === 0) this.#begin(0);
    const open = this.#choices.filter(({ finished }) => !finished);
    const ends = open.flatMap((state) =>
      normalChoices({ index: state.index, delta: {}, finish_reason: "stop" }, state),
    );
    const closing = ends.map((choice) => write({ ...head, choices: [choice] }));
    const usage = this.#usage;
    const counted = wanted && usage ? [write({ ...head, choices: [], usage })] : [];
    return [...closing, ...counted, DONE].join("");
  }

  #failed(fault: StreamFault): string {
    this.#over = true;
    this.#failure = fault;
    return write(this.#options.fail(fault)) + DONE;
  }
}
