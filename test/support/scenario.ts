/** Tables at the wire: what the client sent, what fal received, what the client got, what must be absent. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { FAL_KEY, sent, type Sent } from "./fal.ts";
import { CLIENT_KEY, type Gateway, type Options, PLACES, type Start } from "./gateway.ts";

export interface Scenario {
  name: string;
  send: {
    /** POST when there is a body. */
    method?: string;
    path: string;
    /** On top of the client key; null leaves one out. */
    headers?: Record<string, string | null>;
    /** Text and forms as they are, anything else as JSON. */
    body?: unknown;
  };
  /** Exactly what fal received; nothing, when it is left out. */
  fal?: readonly Sent[];
  expect: {
    status: number;
    /** Exactly the JSON of the answer. */
    body?: unknown;
    /** The answer's text. */
    text?: string | RegExp;
    /** null: not there. */
    headers?: Record<string, string | RegExp | null>;
  };
  /** Nowhere in the answer or the log. */
  absent?: readonly string[];
}

/** A word to put into prompts: no error and no log line may repeat it. */
export const SECRET = "opensesame";

/** Nothing of these may ever reach a client of `/v1` or the log. */
const NEVER = [FAL_KEY, "fal-secret", "docs.fal.ai", '"detail"', "node_modules", "$bunfs"];

export function scenarios(title: string, table: readonly Scenario[], options: Options = {}): void {
  describe.each(PLACES)(`${title}, %s`, (_, start: Start) => {
    let gateway: Gateway;
    beforeAll(async () => {
      gateway = await start(options);
    });
    afterAll(() => gateway.stop());

    test.each(table.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) =>
      play(gateway, scenario),
    );

    test("and lives on", async () => {
      expect((await gateway.fetch("/healthz")).status).toBe(200);
    });
  });
}

export async function play(gateway: Gateway, scenario: Scenario): Promise<void> {
  const { fal } = gateway;
  fal.reset();
  const before = gateway.log().length;
  const response = await gateway.fetch(scenario.send.path, requestOf(scenario.send));
  const text = await response.text();
  const { status, body, text: wanted, headers = {} } = scenario.expect;

  expect({ status: response.status, text }).toEqual({ status, text: expect.any(String) });
  if (body !== undefined) expect(JSON.parse(text)).toStrictEqual(body);
  if (typeof wanted === "string") expect(text).toBe(wanted);
  if (wanted instanceof RegExp) expect(text).toMatch(wanted);
  for (const [name, value] of Object.entries(headers)) {
    const got = response.headers.get(name);
    if (value instanceof RegExp) expect(got ?? "").toMatch(value);
    else expect([name, got]).toEqual([name, value]);
  }
  if (status >= 400 && response.headers.get("content-type")?.includes("json")) expectError(text);

  // Calls that run side by side have no order among them.
  expect(sorted(sent(fal))).toStrictEqual(sorted(scenario.fal ?? []));
  for (const { host, headers } of fal.requests) {
    expect(headers.authorization).toBe(host === "media" ? undefined : `Key ${FAL_KEY}`);
  }

  const said = text + JSON.stringify([...response.headers]);
  const logged = JSON.stringify(gateway.log().slice(before));
  const absent = [...NEVER, ...(scenario.absent ?? []), ...(status >= 400 ? [SECRET] : [])];
  for (const word of absent) expect(said).not.toContain(word);
  for (const word of [...absent, SECRET, CLIENT_KEY]) expect(logged).not.toContain(word);
  expect(said).not.toMatch(/\\n\s+at |\.ts:\d+/);
}

const sorted = (requests: readonly Sent[]) =>
  requests.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));

/** All four keys, as OpenAI's own schema requires them; in an envelope where a relay has one. */
function expectError(text: string): void {
  const { error, ...rest } = JSON.parse(text) as { error: { code: string; message: string } };
  const { code, message } = error;
  if ("data" in rest) expect(rest as object).toEqual({ code, message, data: null });
  else expect(rest).toEqual({});
  expect(Object.keys(error).sort()).toEqual(["code", "message", "param", "type"]);
}

function requestOf({ method, headers = {}, body }: Scenario["send"]): RequestInit {
  const all = { authorization: `Bearer ${CLIENT_KEY}`, ...headers };
  const kept = Object.entries(all).filter(([, value]) => value !== null) as [string, string][];
  const json = body !== undefined && typeof body !== "string" && !(body instanceof FormData);
  return {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: [...kept, ...(json ? ([["content-type", "application/json"]] as const) : [])] as [
      string,
      string,
    ][],
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : (body as string) }),
    redirect: "manual",
  };
}

/** OpenAI's error; `param` and `code` are null where they are left out. */
export function error(
  message: string | RegExp,
  type: string,
  code: string | null = null,
  param: string | null = null,
) {
  const said = typeof message === "string" ? message : expect.stringMatching(message);
  return { error: { message: said, type, param, code } };
}

/** Of a request that is the client's fault. */
export const invalid = (
  message: string | RegExp,
  param: string | null,
  code: string = "invalid_value",
) => error(message, "invalid_request_error", code, param);
