/** However a stream is cut by the network, the frames are the same, to the byte. */
import { describe, expect, test } from "bun:test";
import { createEventParser } from "../../../src/fal/events.ts";
import { createRelay } from "../../../src/openai/chat/relay.ts";
import { Translator } from "../../../src/routes/translator.ts";
import { framesOf, textOf } from "../../support/frames.ts";
import { type Below, pieces, random } from "../../support/random.ts";

const FAILED = { error: { message: "m", type: "t", param: null, code: null } };
const newRelay = () =>
  createRelay({ model: 'my "model"', usage: true, id: "own", created: 7, fail: () => FAILED });

const WORDS = [
  ...' a, b. Zwölf Boxkämpfer 🦊 “quer” über den Deich 中文，标点。 \\ " \n \r\n \t \u0000 \u2028',
  ..."{}[]:,",
  'data: {"content":"x"}',
  "\n\ndata: [DONE]\n\n",
  '","model":"openai/gpt-4o"',
  "\\",
  '"',
  '\\"',
  "\\n",
];
const words = (below: Below) =>
  Array.from({ length: below(4) }, () => WORDS[below(WORDS.length)]!).join("");

/** Providers write JSON in more than one way. */
function written(value: object, below: Below, style: number): string {
  const text = JSON.stringify(value);
  if (style === 1) return text.replace(/[^\x20-\x7e]/g, escaped);
  if (style === 2) return JSON.stringify(value, null, 1).replace(/\n */g, " ");
  if (style === 3 && below(2) === 0) return text.replace(/[^\x20-\x7e]/g, escaped);
  return text;
}
const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;

interface Made {
  bytes: Uint8Array;
  said: Map<number, string>;
}

function stream(below: Below): Made {
  const [style, modelLast, choices] = [below(4), below(2) === 0, 1 + below(3)];
  const ending = ["\n", "\n", "\r\n", "\r"][below(4)]!;
  const said = new Map<number, string>();
  const head = { id: "gen-1", object: "chat.completion.chunk", created: 1 };
  const model = { model: ["openai/gpt-4o", 'my "model"'][below(2)]! };
  const event = (choice: object, more: object = {}) => {
    const body = modelLast
      ? { ...head, choices: [choice], ...model, ...more }
      : { ...head, ...model, choices: [choice], ...more };
    return `data:${below(8) ? " " : ""}${written(body, below, style)}`;
  };
  const events = Array.from({ length: 2 + below(40) }, () => {
    const index = below(choices);
    if (below(12) === 0) return ": OPENROUTER PROCESSING";
    if (below(15) === 0) return event({ index, delta: { reasoning: words(below) } });
    if (below(15) === 0)
      return event({ index, delta: { tool_calls: [{ function: { arguments: words(below) } }] } });
    const content = words(below);
    said.set(index, (said.get(index) ?? "") + content);
    return event({
      index,
      delta: { role: "assistant", content },
      finish_reason: null,
      logprobs: null,
    });
  });
  for (const index of said.keys()) events.push(event({ index, delta: {}, finish_reason: "stop" }));
  events.push("data: [DONE]");
  const text = events.map((block) => block + ending + ending).join("");
  return { bytes: new TextEncoder().encode(text), said };
}

/** What comes of it when every event is parsed alone. */
function reference(bytes: Uint8Array): string {
  const relay = newRelay();
  const events = createEventParser().push(`${new TextDecoder().decode(bytes)}\n`);
  return events.map(({ data }) => relay.push(data)).join("");
}

function through(cut: readonly Uint8Array[]): string {
  const relay = newRelay();
  const translator = new Translator(relay);
  const decoder = new TextDecoder();
  return (
    cut.map((piece) => translator.translate(decoder.decode(piece, { stream: true }))).join("") +
    relay.end()
  );
}

describe("cut anywhere", () => {
  test.each([...Array(400).keys()])("seed %i", (seed) => {
    const below = random(seed);
    const { bytes, said } = stream(below);
    const wanted = reference(bytes);
    const frames = framesOf(wanted);
    expect(frames.done).toBe(true);
    for (const [index, text] of said) expect(textOf(frames, index)).toBe(text.toWellFormed());
    for (const most of [1, 2, 7, 64, 700, bytes.length]) {
      expect(through(pieces(bytes, below, most))).toBe(wanted);
    }
  });
});

test("plain text takes the quick way: nothing of it is parsed", () => {
  const relay = newRelay();
  let parsed = 0;
  const push = relay.push.bind(relay);
  relay.push = (data) => {
    parsed += 1;
    return push(data);
  };
  const translator = new Translator(relay);
  const translate = (text: string) => translator.translate(text);
  const head = '{"id":"g","object":"chat.completion.chunk","created":1,"model":"openai/gpt-4o"';
  const chunk = (text: string) =>
    `data: ${head},"choices":[{"index":0,"delta":{"content":${JSON.stringify(text)}},"finish_reason":null}]}\n\n`;
  translate(chunk("first"));
  translate(chunk("second"));
  expect(parsed).toBe(2);
  const written = translate(chunk("third") + chunk(" fourth\n") + chunk("中文 🦊"));
  expect(parsed).toBe(2);
  expect(textOf(framesOf(written))).toBe("third fourth\n中文 🦊");
  // A quote or a final backslash could be the end of the text or not: that is for the parser.
  translate(chunk('a "word"'));
  translate(chunk("a \\"));
  expect(parsed).toBe(4);
});
