/** A call of one of the client's tools as it comes about: a function's arguments or a custom tool's input. */
import type { Place } from "./event.ts";
import type { CustomToolCallItem, FunctionCallItem, ItemStatus } from "./items.ts";

export type CallKind = "function" | "custom";

/** Who is called, and under which id the client answers. */
export interface Called {
  kind: CallKind;
  call_id: string;
  name: string;
}

export class Call {
  readonly item: FunctionCallItem | CustomToolCallItem;
  readonly #place: Place;

  constructor(place: Place, { kind, call_id, name }: Called) {
    const { id, index, emit } = place;
    this.#place = place;
    const status = "in_progress";
    this.item =
      kind === "function"
        ? { id, type: "function_call", status, call_id, name, arguments: "" }
        : { id, type: "custom_tool_call", status, call_id, name, input: "" };
    emit({ type: "response.output_item.added", output_index: index, item: this.item });
  }

  add(delta: string): void {
    if (delta === "") return;
    const { item } = this;
    const { emit } = this.#place;
    if (item.type === "function_call") {
      item.arguments += delta;
      emit({ type: "response.function_call_arguments.delta", ...this.#at(), delta });
      return;
    }
    item.input += delta;
    emit({ type: "response.custom_tool_call_input.delta", ...this.#at(), delta });
  }

  close(status: ItemStatus): void {
    const { item } = this;
    const { index, emit } = this.#place;
    if (item.type === "function_call") {
      const { name, arguments: json } = item;
      emit({ type: "response.function_call_arguments.done", ...this.#at(), name, arguments: json });
    } else {
      emit({ type: "response.custom_tool_call_input.done", ...this.#at(), input: item.input });
    }
    item.status = status;
    emit({ type: "response.output_item.done", output_index: index, item });
  }

  #at() {
    return { item_id: this.#place.id, output_index: this.#place.index };
  }
}
