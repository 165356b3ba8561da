/** The output of a response as it comes about: which item each piece of a chat answer belongs to. */
import type { ChatDelta, ChatLogprob, ChatToolCallDelta } from "../chat/answer.ts";
import { Call, type CallKind } from "./call.ts";
import type { Emit, Place } from "./event.ts";
import type { OutputItem } from "./items.ts";
import { Message } from "./message.ts";
import { Reasoning } from "./reasoning.ts";

type Draft = Message | Reasoning | Call;

/**
 * Items stand in the order in which they began. What is thought and said comes one after the other,
 * so the next closes the last; calls stay open to the end, since their pieces may be interleaved.
 * A whole message is one large delta, which is why a stream and a plain answer cannot differ.
 */
export class Output {
  readonly items: OutputItem[] = [];
  readonly #suffix: string;
  readonly #emit: Emit;
  /** In the order of their items. */
  readonly #open: Draft[] = [];
  readonly #calls = new Map<number, Call>();
  /** What is being thought or said. */
  #current: Message | Reasoning | undefined;

  /** Ids are unique while those of responses are: the response's own, with each item's place. */
  constructor(responseId: string, emit: Emit) {
    this.#suffix = responseId.replace(/^resp_/, "");
    this.#emit = emit;
  }

  add(delta: ChatDelta, logprobs?: readonly ChatLogprob[] | null): void {
    const thought = delta.reasoning_content || delta.reasoning;
    if (thought) this.#reasoning().think(thought);
    if (delta.content) this.#message().text(delta.content, logprobs ?? []);
    if (delta.refusal) this.#message().refuse(delta.refusal);
    for (const call of delta.tool_calls ?? []) this.#call(call);
  }

  /**
   * Closes what is open; if the answer was cut short, that is where. An answer that is complete and
   * says nothing is an empty message, as it is in chat.
   */
  close(complete: boolean): void {
    if (complete && this.items.every(({ type }) => type === "reasoning")) this.#message().text("");
    const last = this.items.at(-1);
    for (const draft of this.#open.splice(0)) {
      draft.close(complete || draft.item !== last ? "completed" : "incomplete");
    }
  }

  /** Nothing follows: what is open stays unfinished, without a word. */
  abandon(): void {
    for (const { item } of this.#open.splice(0)) item.status = "incomplete";
  }

  #reasoning(): Reasoning {
    if (this.#current instanceof Reasoning) return this.#current;
    this.#pause();
    return (this.#current = this.#begun(new Reasoning(this.#place("rs"))));
  }

  #message(): Message {
    if (this.#current instanceof Message) return this.#current;
    this.#pause();
    return (this.#current = this.#begun(new Message(this.#place("msg"))));
  }

  #call({ index = 0, id, type, function: fn, custom }: ChatToolCallDelta): void {
    const kind = custom || type === "custom" ? "custom" : "function";
    const known = this.#calls.get(index);
    // Some providers give every call the index 0, each with an id of its own.
    const same = known && (!id || known.item.call_id === id);
    const call = same ? known : this.#called(kind, id, (custom ?? fn)?.name);
    this.#calls.set(index, call);
    call.add(custom?.input ?? fn?.arguments ?? "");
  }

  #called(kind: CallKind, id: string | null | undefined, name: string | null | undefined): Call {
    this.#pause();
    const place = this.#place(kind === "custom" ? "ctc" : "fc");
    // Without an id the client could not answer.
    const call_id = id || place.id.replace(/^[a-z]+/, "call");
    return this.#begun(new Call(place, { kind, call_id, name: name ?? "" }));
  }

  #place(prefix: string): Place {
    const index = this.items.length;
    return { id: `${prefix}_${this.#suffix}_${index}`, index, emit: this.#emit };
  }

  #begun<Kind extends Draft>(draft: Kind): Kind {
    this.items.push(draft.item);
    this.#open.push(draft);
    return draft;
  }

  /** Something else begins: what was being thought or said is finished. */
  #pause(): void {
    const paused = this.#current;
    if (!paused) return;
    this.#current = undefined;
    this.#open.splice(this.#open.indexOf(paused), 1);
    paused.close("completed");
  }
}
