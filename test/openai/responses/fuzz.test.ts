/** However an answer is cut into chunks, the response is the same. */
import { expect, test } from "bun:test";
import type { ChatDelta } from "../../../src/openai/chat/answer.ts";
import { fromChat } from "../../../src/openai/responses/response.ts";
import { args, chunked, completion, CONTEXT, eventsOf, final, fn, stream } from "./support.ts";

/** The same numbers for the same seed (mulberry32), so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

type Below = ReturnType<typeof random>;

/** Pieces that add up to the text; some are empty. */
function split(text: string, below: Below): string[] {
  const points = [...text];
  const pieces: string[] = [];
  while (points.length > 0) pieces.push(points.splice(0, below(6)).join(""));
  return pieces;
}

/** Keeps the order within each list, and nothing else. */
function shuffled<T>(lists: T[][], below: Below): T[] {
  const rest = lists.filter((list) => list.length > 0);
  if (rest.length === 0) return [];
  const list = rest[below(rest.length)]!;
  return [
    list[0]!,
    ...shuffled(
      rest.map((other) => (other === list ? other.slice(1) : other)),
      below,
    ),
  ];
}

const WORDS = "Zwölf Boxkämpfer jagen 🦊 quer über\n\n“den” deich\u0000\u2028";

test.each([...Array(300).keys()])("seed %i", async (seed) => {
  const below = random(seed);
  const text = (most: number) => WORDS.slice(0, below(most)).toWellFormed();
  const reasoning = below(2) ? text(20) : "";
  const content = text(WORDS.length);
  const calls = [...Array(below(4)).keys()].map((index) => ({
    index,
    id: `c${index}`,
    function: { name: `f${index}`, arguments: JSON.stringify({ at: text(30) }) },
  }));
  const thoughts: ChatDelta[] = split(reasoning, below).map((piece) => ({ reasoning: piece }));
  const texts: ChatDelta[] = split(content, below).map((piece) => ({ content: piece }));
  // A call begins when the one before has begun; from then on their pieces come in any order.
  const begin = calls.map(({ index, id, function: { name } }) => fn(index, id, name));
  const pieces = calls.map((call) =>
    split(call.function.arguments, below).map((piece) => args(call.index, piece)),
  );
  const deltas = [...thoughts, ...texts, ...begin, ...shuffled(pieces, below)];
  const reason = ["stop", "length", "tool_calls"][below(3)]!;
  const params = { model: "m", input: "hi" };
  const response = final(await eventsOf(params, stream(chunked(deltas, reason))));
  const whole = completion({ reasoning, content, tool_calls: calls }, reason);
  expect(response).toEqual({ ...fromChat(params, whole, CONTEXT) });
});
