/** A message of the assistant's as it comes about. */
import type { ChatLogprob } from "../chat/answer.ts";
import type { Place } from "./event.ts";
import type { ItemStatus, Logprob, MessageItem, OutputRefusal, OutputText } from "./items.ts";

type Part = OutputText | OutputRefusal;

/** Text and refusal are parts of one message; each is opened by its first piece and closed by the next part. */
export class Message {
  readonly item: MessageItem;
  readonly #place: Place;

  constructor(place: Place) {
    const { id, index, emit } = place;
    this.#place = place;
    this.item = { id, type: "message", status: "in_progress", role: "assistant", content: [] };
    emit({ type: "response.output_item.added", output_index: index, item: this.item });
  }

  /** An empty piece opens the part and says nothing. */
  text(delta: string, given: readonly ChatLogprob[] = []): void {
    const part = this.#part("output_text", () => ({
      type: "output_text",
      text: "",
      annotations: [],
      logprobs: [],
    }));
    if (delta === "") return;
    const logprobs = given.map(toLogprob);
    part.text += delta;
    part.logprobs.push(...logprobs);
    this.#place.emit({ type: "response.output_text.delta", ...this.#at(), delta, logprobs });
  }

  refuse(delta: string): void {
    const part = this.#part("refusal", () => ({ type: "refusal", refusal: "" }));
    part.refusal += delta;
    this.#place.emit({ type: "response.refusal.delta", ...this.#at(), delta });
  }

  close(status: ItemStatus): void {
    this.#closePart();
    this.item.status = status;
    const { index, emit } = this.#place;
    emit({ type: "response.output_item.done", output_index: index, item: this.item });
  }

  #part<Type extends Part["type"]>(type: Type, create: () => Extract<Part, { type: Type }>) {
    const last = this.item.content.at(-1);
    if (last?.type === type) return last as Extract<Part, { type: Type }>;
    this.#closePart();
    const part = create();
    this.item.content.push(part);
    this.#place.emit({ type: "response.content_part.added", ...this.#at(), part });
    return part;
  }

  #closePart(): void {
    const part = this.item.content.at(-1);
    if (!part) return;
    const { emit } = this.#place;
    const at = this.#at();
    if (part.type === "refusal") {
      emit({ type: "response.refusal.done", ...at, refusal: part.refusal });
    } else {
      const { text, logprobs } = part;
      emit({ type: "response.output_text.done", ...at, text, logprobs });
    }
    emit({ type: "response.content_part.done", ...at, part });
  }

  #at() {
    const { id, index } = this.#place;
    return { item_id: id, output_index: index, content_index: this.item.content.length - 1 };
  }
}

const toLogprob = ({ token, logprob, bytes, top_logprobs = [] }: ChatLogprob): Logprob => ({
  token,
  logprob,
  bytes: bytes ?? [],
  top_logprobs: top_logprobs.map((top) => ({
    token: top.token,
    logprob: top.logprob,
    bytes: top.bytes ?? [],
  })),
});
