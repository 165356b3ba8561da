/** What the model thought, as it comes about: the one summary of a reasoning item. */
import type { Place } from "./event.ts";
import type { ItemStatus, ReasoningItem, SummaryText } from "./items.ts";

/** A summary, since that is the part of an item that clients show (AI SDK, LangChain, Agents). */
export class Reasoning {
  readonly item: ReasoningItem;
  readonly #place: Place;
  readonly #part: SummaryText = { type: "summary_text", text: "" };

  constructor(place: Place) {
    const { id, index, emit } = place;
    this.#place = place;
    this.item = { id, type: "reasoning", status: "in_progress", summary: [] };
    emit({ type: "response.output_item.added", output_index: index, item: this.item });
    this.item.summary.push(this.#part);
    emit({ type: "response.reasoning_summary_part.added", ...this.#at(), part: this.#part });
  }

  think(delta: string): void {
    this.#part.text += delta;
    this.#place.emit({ type: "response.reasoning_summary_text.delta", ...this.#at(), delta });
  }

  close(status: ItemStatus): void {
    const { index, emit } = this.#place;
    const part = this.#part;
    emit({ type: "response.reasoning_summary_text.done", ...this.#at(), text: part.text });
    emit({ type: "response.reasoning_summary_part.done", ...this.#at(), part });
    this.item.status = status;
    emit({ type: "response.output_item.done", output_index: index, item: this.item });
  }

  #at() {
    return { item_id: this.#place.id, output_index: this.#place.index, summary_index: 0 };
  }
}
