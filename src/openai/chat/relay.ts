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
  const { model, usage: wantsUsage } = options;
  const choices = new Map<number, ChoiceState>();
  const quoted = JSON.stringify(model);
  let head: Pick<WrittenChunk, "id" | "object" | "created" | "model"> | undefined;
  let usage: ChatUsage | undefined;
  let template: Template | undefined;
  let over = false;
  let failure: StreamFault | undefined;

  const write = (chunk: object) => `data: ${JSON.stringify(chunk)}\n\n`;

  function push(data: string): string {
    if (over) return "";
    const known = template?.(`data: ${data}\n\n`);
    if (known !== undefined) return known;
    if (data === "[DONE]") return finish();
    const chunk = readChunk(data);
    if (!chunk) return failed({ kind: "garbage", data });
    if (chunk.error) return failed({ kind: "error", error: chunk.error });
    const text = isWhole(chunk, data) ? renamed(data, chunk.model) : undefined;
    if (text === undefined) return rebuilt(chunk);
    template = learnTemplate(data, chunk, (part) => renamed(part, chunk.model) ?? part);
    return `data: ${text}\n\n`;
  }

  /** Nothing has to be added, and nothing but the model's name changed. */
  function isWhole(chunk: ChatCompletionChunk, data: string): boolean {
    const { choices: given = [], id, object, created } = chunk;
    return (
      given.length === 1 &&
      isPlain(given[0]!, choices.get(given[0]!.index!)) &&
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
  function renamed(data: string, given: string | undefined): string | undefined {
    if (given === model) return data;
    const field = `"model":${JSON.stringify(given)}`;
    return data.includes(field) ? data.replace(field, () => `"model":${quoted}`) : undefined;
  }

  function rebuilt(chunk: ChatCompletionChunk): string {
    if (chunk.usage) usage = chunk.usage;
    const { usage: _, error: __, choices: given = [], ...rest } = told(chunk);
    head ??= {
      id: chunk.id ?? options.id,
      object: "chat.completion.chunk",
      created: chunk.created ?? options.created,
      model,
    };
    const broken = given.find((choice) => choice.error || choice.finish_reason === "error");
    if (broken) return failed({ kind: "error", error: broken.error ?? "The model failed." });
    const normal = given.flatMap((choice) => {
      const state = choices.get(choice.index ?? 0) ?? newChoice();
      choices.set(choice.index ?? 0, state);
      return normalChoices(choice, state);
    });
    return normal.map((choice) => write({ ...rest, ...head, choices: [choice] })).join("");
  }

  /** A model that said `[DONE]` without a reason has stopped; helpers insist on being told so. */
  function finish(): string {
    over = true;
    head ??= { id: options.id, object: "chat.completion.chunk", created: options.created, model };
    if (choices.size === 0) choices.set(0, newChoice());
    const open = [...choices].filter(([, { finished }]) => !finished);
    const ends = open.flatMap(([index, state]) =>
      normalChoices({ index, delta: {}, finish_reason: "stop" }, state),
    );
    const closing = ends.map((choice) => write({ ...head, choices: [choice] }));
    const counted = wantsUsage && usage ? [write({ ...head, choices: [], usage })] : [];
    return [...closing, ...counted, DONE].join("");
  }

  function failed(fault: StreamFault): string {
    over = true;
    failure = fault;
    return write(options.fail(fault)) + DONE;
  }

  /** What fails after the model has said that it stopped takes nothing from its answer. */
  function fail(fault: StreamFault): string {
    if (over) return "";
    const finished = choices.size > 0 && [...choices.values()].every((state) => state.finished);
    return finished ? finish() : failed(fault);
  }

  return {
    push,
    quick: (events) => (over ? undefined : template?.(events)),
    end: () => fail({ kind: "cut" }),
    fail,
    done: () => over,
    fault: () => failure,
  };
}
