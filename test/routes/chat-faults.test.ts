/** What goes wrong with a language model: the status before the first word, one frame after it. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { framesOf, said, textOf } from "../support/frames.ts";
import { CLIENT_KEY, type Gateway, PLACES } from "../support/gateway.ts";
import {
  broken,
  chunk,
  COMMENT,
  createProvider,
  data,
  DONE,
  events,
  type Provider,
  words,
} from "../support/provider.ts";
import { error, invalid } from "../support/scenario.ts";

const ASK = { model: "gpt-4o", messages: [{ role: "user", content: "opensesame" }] };

/** So that what falgate tries again by itself takes no time. */
const SOON = { "retry-after": "0.001" };

const fails = (status: number, message: string) =>
  Response.json({ error: { message, code: status } }, { status, headers: SOON });

const CUT = error("The model's answer was cut short.", "upstream_error", "upstream_error");
/** Provider's words, where they are for the caller. */
const SAID = "The provider says why";

/** Before the first word, in whatever form the answer was asked for. */
const EARLY: readonly (readonly [string, () => Response, number, object])[] = [
  ["400", () => fails(400, SAID), 400, invalid(SAID, null)],
  [
    "401",
    () => fails(401, "No auth credentials found"),
    502,
    error(/key was refused upstream/, "upstream_error", "upstream_key_refused"),
  ],
  ["402", () => fails(402, SAID), 402, error(SAID, "insufficient_quota", "insufficient_quota")],
  ["403", () => fails(403, SAID), 400, invalid(SAID, null, "content_policy_violation")],
  [
    "403, locked",
    () => Response.json({ detail: "User is locked. Reason: Exhausted balance." }, { status: 403 }),
    402,
    error(/balance/, "insufficient_quota", "insufficient_quota"),
  ],
  ["408", () => fails(408, SAID), 504, error(SAID, "upstream_error", "upstream_timeout")],
  ["413", () => fails(413, SAID), 413, invalid(SAID, null, "request_too_large")],
  ["422", () => fails(422, SAID), 400, invalid(SAID, null)],
  ["429", () => fails(429, SAID), 429, error(SAID, "rate_limit_error", "rate_limit_exceeded")],
  ["500", () => fails(500, SAID), 502, error(SAID, "upstream_error", "upstream_error")],
  [
    "502 of the ingress",
    () => new Response("<html>Bad Gateway</html>", { status: 502, headers: SOON }),
    502,
    error(/failed/, "upstream_error", "upstream_error"),
  ],
  [
    "200 with an error",
    () => fails(200, SAID),
    502,
    error(SAID, "upstream_error", "upstream_error"),
  ],
  [
    "200 with an error and its status",
    () => Response.json({ error: { message: SAID, code: 429 } }),
    429,
    error(SAID, "rate_limit_error", "rate_limit_exceeded"),
  ],
  [
    "200 with an error in a choice",
    () =>
      Response.json({
        choices: [
          {
            index: 0,
            finish_reason: "error",
            error: { message: SAID, code: 400 },
            message: { role: "assistant", content: "" },
          },
        ],
      }),
    400,
    invalid(SAID, null),
  ],
  [
    "200 and a page",
    () => new Response("<html>", { headers: { "content-type": "text/html" } }),
    502,
    CUT,
  ],
  ["200 and nothing", () => new Response(""), 502, CUT],
  ["200 and null", () => Response.json(null), 502, CUT],
  ["choices that are none", () => Response.json({ choices: {} }), 502, CUT],
  ["a choice that is null", () => Response.json({ choices: [null] }), 502, CUT],
  ["a choice without a message", () => Response.json({ choices: [{ index: 0 }] }), 502, CUT],
  ["a message that is a text", () => Response.json({ choices: [{ message: "hi" }] }), 502, CUT],
  ["JSON that is cut", () => broken('{"choices":[{"mess'), 502, CUT],
  ["a stream of nothing", () => events([]), 502, CUT],
  ["a stream of comments", () => events([COMMENT, COMMENT]), 502, CUT],
  [
    "a stream that begins with an error",
    () => events([COMMENT, data({ error: { message: SAID, code: 400 } })]),
    400,
    invalid(SAID, null),
  ],
  ["a stream that begins with garbage", () => events(["data: {oops\n\n"]), 502, CUT],
  ["a stream that is cut at once", () => broken(COMMENT), 502, CUT],
];

/** After the first word. */
const LATE: readonly (readonly [string, () => Response, object])[] = [
  [
    "an error frame",
    () =>
      events([
        chunk({ content: "Hi" }),
        Bun.sleep(20),
        data({ error: { message: SAID, code: 502 } }),
        DONE,
      ]),
    error(SAID, "upstream_error", "upstream_error"),
  ],
  [
    "OpenRouter's error in a choice",
    () =>
      events([
        chunk({ content: "Hi" }),
        Bun.sleep(20),
        data({
          id: "gen-1",
          error: { code: 429, message: SAID },
          choices: [{ index: 0, delta: { content: "" }, finish_reason: "error" }],
        }),
      ]),
    error(SAID, "rate_limit_error", "rate_limit_exceeded"),
  ],
  [
    "an error in words",
    () => events([chunk({ content: "Hi" }), Bun.sleep(20), data({ error: SAID })]),
    error(SAID, "upstream_error", "upstream_error"),
  ],
  [
    "garbage",
    () =>
      events([
        chunk({ content: "Hi" }),
        Bun.sleep(20),
        'data: {"choices": [{"delta": oops\n\n',
        ...words("never"),
      ]),
    CUT,
  ],
  [
    "binary",
    () =>
      events([
        chunk({ content: "Hi" }),
        Bun.sleep(20),
        new Uint8Array([0xff, 0xfe, 0x00, 0x0a, 0x0a]),
        data("\u0000"),
      ]),
    CUT,
  ],
  ["an end without a reason", () => events([chunk({ content: "Hi" }), Bun.sleep(20)]), CUT],
  ["a broken connection", () => broken(chunk({ content: "Hi" }), 20), CUT],
];

describe.each(PLACES)("a failing language model, %s", (_, start) => {
  let provider: Provider;
  let gateway: Gateway;
  beforeAll(async () => {
    provider = createProvider();
    gateway = await start({ env: { FAL_RUN_URL: provider.url } });
  });
  afterAll(async () => {
    await gateway.stop();
    await provider.stop();
  });

  const ask = (more: object = {}) =>
    gateway.fetch("/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}`, "x-request-id": crypto.randomUUID() },
      body: JSON.stringify({ ...ASK, ...more }),
    });

  describe.each([
    ["as JSON", false],
    ["as a stream", true],
  ] as const)("before a word, %s", (_, stream) => {
    test.each(EARLY)("%s", async (_, answer, status, body) => {
      provider.answer(answer);
      const response = await ask({ stream });
      const text = await response.text();
      expect({ status: response.status, text }).toEqual({ status, text: expect.any(String) });
      expect(response.headers.get("content-type")).toStartWith("application/json");
      expect(JSON.parse(text)).toStrictEqual(body);
      expect(response.headers.has("retry-after")).toBe(status === 429);
    });
  });

  describe("after the first word", () => {
    test.each(LATE)("%s is one frame, then the end", async (_, answer, body) => {
      provider.answer(answer);
      const response = await ask({ stream: true });
      expect(response.status).toBe(200);
      const frames = framesOf(await response.text());
      expect(textOf(frames)).toBe("Hi");
      expect(said(frames).at(-1)).toStrictEqual(body as never);
      expect(Object.keys(frames.chunks.at(-1)!)).toEqual(["error"]);
      expect(frames.done).toBe(true);
    });

    test.each(LATE)("%s is a status where JSON was asked for", async (_, answer, body) => {
      provider.answer(answer);
      const response = await ask();
      expect(response.status).toBe(
        (body as typeof CUT).error.code === "rate_limit_exceeded" ? 429 : 502,
      );
      expect(await response.json()).toStrictEqual(body);
    });
  });

  test("cut after any byte, a stream ends in order", async () => {
    const raw = new TextEncoder().encode(words("Zwölf ", '"Box" 🦊').join(""));
    const text = new TextDecoder().decode(raw);
    const ended = text.indexOf('"stop"');
    const cuts = [...Array(raw.length + 1).keys()];
    // Which byte it is, the model's name says: nothing else of the client's reaches the provider.
    provider.answer((_, asked) => {
      const { model } = JSON.parse(asked) as { model: string };
      return broken(raw.subarray(0, Number(model.split("-").at(-1))), 40);
    });
    async function outcome(at: number): Promise<"status" | "error" | "whole"> {
      const response = await ask({ stream: true, model: `test/cut-${at}` });
      // Without a single byte there is no head, and so no answer at all.
      if (at === 0) {
        expect(response.status).toBe(424);
        return "status";
      }
      if (response.status !== 200) {
        expect([response.status, await response.json()]).toStrictEqual([502, CUT]);
        return "status";
      }
      const frames = framesOf(await response.text());
      expect(frames.done).toBe(true);
      expect('Zwölf "Box" 🦊'.startsWith(textOf(frames))).toBe(true);
      const last = said(frames).at(-1)!;
      if ("error" in last) {
        expect(last).toStrictEqual(CUT as never);
        return "error";
      }
      expect(last).toEqual({ finish_reason: "stop" });
      expect(textOf(frames)).toBe('Zwölf "Box" 🦊');
      return "whole";
    }
    const outcomes: string[] = [];
    while (outcomes.length < cuts.length) {
      const some = cuts.slice(outcomes.length, outcomes.length + 32);
      outcomes.push(...(await Promise.all(some.map(outcome))));
    }
    const kinds = outcomes.filter((kind, at) => kind !== outcomes[at - 1]);
    expect(kinds).toEqual(["status", "error", "whole"]);
    // Nothing is taken for whole before the model has said that it stopped, and all of it after.
    const whole = outcomes.indexOf("whole");
    const reason = new TextEncoder().encode(text.slice(0, text.indexOf("\n\n", ended) + 2)).length;
    expect(whole).toBe(reason);
  }, 60_000);

  test("no prompt and no words of the model reach the log", () => {
    const logged = JSON.stringify(gateway.log());
    for (const word of ["opensesame", "Zwölf", CLIENT_KEY]) expect(logged).not.toContain(word);
  });
});
