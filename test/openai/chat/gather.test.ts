/** However an answer is cut into chunks, the completion that is made of them is the same. */
import { expect, test } from "bun:test";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatDelta,
} from "../../../src/openai/chat/answer.ts";
import { chunksOf, normalCompletion } from "../../../src/openai/chat/completion.ts";
import { gather } from "../../../src/openai/chat/gather.ts";
import { type Below, random } from "../../support/random.ts";

const HEAD = { id: "gen-1", created: 5, model: "openai/gpt-4o" };
const USAGE = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, cost: 0.1 };
const OPTIONS = { model: "gpt-4o", id: "own", created: 7 };
const WORDS = 'Zwölf "Boxkämpfer" jagen 🦊 quer\n\n{}\\ über 中文';

/** Pieces that add up to the text; some are empty. */
function split(text: string, below: Below): string[] {
  const points = [...text];
  const pieces: string[] = [];
  while (points.length > 0) pieces.push(points.splice(0, below(6)).join(""));
  return pieces;
}

const logprob = (token: string) => ({ token, logprob: -1, bytes: null, top_logprobs: [] });

function made(below: Below) {
  const chunks: ChatCompletionChunk[] = [];
  const choices = [...Array(1 + below(3)).keys()].map((index) => {
    const content = WORDS.slice(0, below(WORDS.length)).toWellFormed();
    const reasoning = below(2) ? "hm, hm" : undefined;
    const calls = [...Array(below(3)).keys()].map((at) => ({
      index: at,
      id: `c${at}`,
      type: "function" as const,
      function: { name: `f${at}`, arguments: JSON.stringify({ at: WORDS }) },
    }));
    const say = (delta: ChatDelta, more: object = {}) =>
      chunks.push({ ...HEAD, choices: [{ index, delta, ...more }] });
    for (const piece of split(reasoning ?? "", below)) say({ reasoning: piece });
    const tokens = split(content, below);
    for (const piece of tokens)
      say({ content: piece }, { logprobs: { content: [logprob(piece)] } });
    for (const { function: fn, ...call } of calls) {
      say({ tool_calls: [{ ...call, function: { name: fn.name, arguments: "" } }] });
      for (const piece of split(fn.arguments, below)) {
        say({ tool_calls: [{ index: call.index, function: { arguments: piece } }] });
      }
    }
    const finish_reason = calls.length > 0 ? "tool_calls" : "stop";
    say({}, { finish_reason });
    const message: ChatDelta = {
      ...(reasoning ? { reasoning } : {}),
      ...(tokens.length > 0 ? { content } : {}),
      ...(calls.length > 0 ? { tool_calls: calls } : {}),
    };
    const logprobs = tokens.length > 0 ? { content: tokens.map(logprob) } : null;
    return { index, message, finish_reason, ...(logprobs ? { logprobs } : {}) };
  });
  chunks.push({ ...HEAD, choices: [], usage: USAGE });
  return { chunks, whole: { ...HEAD, choices, usage: USAGE } satisfies ChatCompletion };
}

test.each([...Array(200).keys()])("seed %i", (seed) => {
  const { chunks, whole } = made(random(seed));
  const gathering = gather();
  for (const chunk of chunks) gathering.add(chunk);
  expect(gathering.complete()).toBe(true);
  const completion = normalCompletion(gathering.completion(), OPTIONS);
  expect(completion).toEqual(normalCompletion(whole, OPTIONS));
  // And back: the chunks of a whole answer give the same.
  const again = gather();
  for (const chunk of chunksOf(whole)) again.add(chunk);
  expect(normalCompletion(again.completion(), OPTIONS)).toEqual(completion);
});

test("an answer is complete when every choice has said why it ended", () => {
  const gathering = gather();
  expect(gathering.complete()).toBe(false);
  gathering.add({ choices: [{ index: 0, delta: { content: "a" }, finish_reason: "stop" }] });
  expect(gathering.complete()).toBe(true);
  gathering.add({ choices: [{ index: 1, delta: { content: "b" } }] });
  expect(gathering.complete()).toBe(false);
});

test("lists of other things are joined, and what is told once stays", () => {
  const gathering = gather();
  const image = (url: string) => ({ type: "image_url", image_url: { url } });
  gathering.add({ choices: [{ delta: { role: "assistant", images: [image("a")], weight: 1 } }] });
  gathering.add({ choices: [{ delta: { role: "assistant", images: [image("b")], weight: 2 } }] });
  const [choice] = gathering.completion().choices!;
  expect(choice!.message).toEqual({
    role: "assistant",
    images: [image("a"), image("b")],
    weight: 2,
  });
});
