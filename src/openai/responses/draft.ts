/** A response as it comes about out of a chat answer, whether that comes whole or in chunks. */
import type { ChatCompletion, ChatCompletionChunk, ChatDelta } from "../chat/answer.ts";
import type { Emit } from "./event.ts";
import { fromChatFailure, type ResponseError } from "./failure.ts";
import { emptyResponse, type Response } from "./object.ts";
import { Output } from "./output.ts";
import type { ResponseCreateParams } from "./params.ts";
import { toUsage } from "./usage.ts";

/** What comes from the world: a response's id, and the time. */
export interface Context {
  /** Unique, `resp_…`; its items' ids are made of it. */
  id?: string;
  /** Milliseconds since 1970, as `Date.now`. */
  now?: () => number;
}

/** Why an answer that came short did so, by chat's `finish_reason`. */
const INCOMPLETE = {
  length: { reason: "max_output_tokens" },
  content_filter: { reason: "content_filter" },
} as const satisfies Record<string, Response["incomplete_details"]>;

export class Draft {
  readonly #response: Response;
  readonly #output: Output;
  #finish: string | undefined;
  #error: ResponseError | undefined;

  constructor(params: ResponseCreateParams, { id = newId(), now = Date.now }: Context, emit: Emit) {
    this.#response = emptyResponse(params, id, Math.floor(now() / 1000));
    this.#output = new Output(id, emit);
  }

  /** The response as nothing has been said yet. */
  get empty(): Response {
    return this.#response;
  }

  get failed(): boolean {
    return this.#error !== undefined;
  }

  /** A chunk, or a whole completion: of several choices the first is the answer. */
  take(given: ChatCompletion | ChatCompletionChunk): void {
    const { model, service_tier, usage } = given;
    if (model) this.#response.model ||= model;
    if (service_tier) this.#response.service_tier = service_tier;
    if (usage) this.#response.usage = toUsage(usage);
    if (given.error) return this.fail(fromChatFailure(given.error));
    const choice = given.choices?.find(({ index }) => !index);
    if (!choice) return;
    const { message, delta }: { message?: ChatDelta; delta?: ChatDelta | null } = choice;
    const said = message ?? delta;
    if (said) this.#output.add(said, choice.logprobs?.content);
    if (choice.error || choice.finish_reason === "error") {
      return this.fail(fromChatFailure(choice.error));
    }
    this.#finish = choice.finish_reason ?? this.#finish;
  }

  /** The first failure is the one that is told. */
  fail(error: ResponseError): void {
    this.#error ??= error;
  }

  /** Nothing follows. An answer that did not say why it ended was cut off. */
  settle(): Response {
    const finish = this.#finish;
    if (finish === undefined) this.fail(fromChatFailure("The model's answer was cut short."));
    const response = { ...this.#response, output: this.#output.items };
    if (this.#error) {
      this.#output.abandon();
      return { ...response, status: "failed", error: this.#error };
    }
    if (finish === "length" || finish === "content_filter") {
      this.#output.close(false);
      return { ...response, status: "incomplete", incomplete_details: INCOMPLETE[finish] };
    }
    this.#output.close(true);
    return { ...response, status: "completed" };
  }
}

const newId = () => `resp_${crypto.randomUUID().replaceAll("-", "")}`;
