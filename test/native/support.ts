/** Tables at the wire for clients that speak fal: what they send, what fal receives, what they get. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { FAL_KEY, sent, type Sent } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, type Options, PLACES, type Start } from "../support/gateway.ts";

/** A second client. */
export const OTHER_KEY = "sk-other";
export const TWO_CLIENTS = { API_KEY: `${CLIENT_KEY},${OTHER_KEY}` };

export interface Call {
  /** POST when there is a body. */
  method?: string;
  path: string;
  /** On top of the client key; null leaves one out. */
  headers?: Record<string, string | null>;
  /** Bytes and text as they are, anything else as JSON. */
  body?: unknown;
}

export interface NativeScenario {
  name: string;
  send: Call;
  /** Exactly what fal received; nothing, when it is left out. */
  fal?: readonly Sent[];
  /** Of what fal received last; null: not there. */
  falHeaders?: Record<string, string | null>;
  expect: {
    status: number;
    /** Exactly the JSON of the answer. */
    body?: unknown;
    text?: string | RegExp;
    headers?: Record<string, string | RegExp | null>;
  };
}

/** The same table in process and as the binary, and that no client key has reached fal. */
export function natively(
  title: string,
  table: readonly NativeScenario[],
  options: Options = {},
): void {
  describe.each(PLACES)(`${title}, %s`, (_, start: Start) => {
    let gateway: Gateway;
    beforeAll(async () => {
      gateway = await start({ ...options, env: { ...TWO_CLIENTS, ...options.env } });
    });
    afterAll(() => gateway.stop());

    test.each(table.map((scenario) => [scenario.name, scenario] as const))("%s", (_, scenario) =>
      play(gateway, scenario),
    );
  });
}

export async function play(gateway: Gateway, scenario: NativeScenario): Promise<void> {
  const { fal } = gateway;
  fal.reset();
  const response = await call(gateway, scenario.send);
  const text = await response.text();
  const { status, body, text: wanted, headers = {} } = scenario.expect;
  expect({ status: response.status, text }).toEqual({ status, text: expect.any(String) });
  if (body !== undefined) expect(JSON.parse(text)).toStrictEqual(body);
  if (typeof wanted === "string") expect(text).toBe(wanted);
  if (wanted instanceof RegExp) expect(text).toMatch(wanted);
  compare(Object.fromEntries(response.headers), headers);
  expect(sent(fal)).toStrictEqual([...(scenario.fal ?? [])]);
  // What falgate asks of the platform by itself may come at any time.
  const last = fal.requests.findLast(({ host }) => host !== "platform");
  if (scenario.falHeaders) compare(last!.headers, scenario.falHeaders);
  if (status >= 400) expect(messageOf(text)).toBeString();
  expectNoClientKey(gateway);
}

function compare(
  got: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string | RegExp | null>>,
): void {
  for (const [name, value] of Object.entries(wanted)) {
    if (value instanceof RegExp) expect([name, got[name] ?? ""]).toEqual([name, matching(value)]);
    else expect([name, got[name] ?? null]).toEqual([name, value]);
  }
}

const matching = (pattern: RegExp) => expect.stringMatching(pattern) as unknown as string;

/** What the JavaScript client shows of a failure, in fal's form or in OpenAI's. */
export function messageOf(text: string): unknown {
  const body = JSON.parse(text) as { message?: unknown; error?: { message?: unknown } };
  return body.message ?? body.error?.message;
}

export function call(gateway: Pick<Gateway, "fetch">, { method, path, headers, body }: Call) {
  const all = { authorization: `Key ${CLIENT_KEY}`, ...headers };
  const kept = Object.entries(all).filter(([, value]) => value !== null) as [string, string][];
  const plain = body === undefined || typeof body === "string" || body instanceof Uint8Array;
  const typed = kept.some(([name]) => name === "content-type");
  if (!plain && !typed) kept.push(["content-type", "application/json"]);
  return gateway.fetch(path, {
    method: method ?? (body === undefined ? "GET" : "POST"),
    headers: kept,
    ...(body === undefined ? {} : { body: plain ? (body as string) : JSON.stringify(body) }),
    redirect: "manual",
  });
}

/** Whatever happened: fal has seen no key of a client, and the log neither that nor fal's. */
export function expectNoClientKey(gateway: Gateway, falKeys: readonly string[] = [FAL_KEY]): void {
  const received = JSON.stringify(gateway.fal.requests);
  for (const key of [CLIENT_KEY, OTHER_KEY]) expect(received).not.toContain(key);
  for (const { host, headers } of gateway.fal.requests) {
    const token = host === "media" && headers.authorization?.startsWith("Bearer eyJ");
    const keys = falKeys.map((key) => `Key ${key}`);
    const allowed: readonly (string | undefined)[] = host === "media" ? [undefined] : keys;
    expect(token || allowed.includes(headers.authorization)).toBe(true);
  }
  const log = JSON.stringify(gateway.log());
  for (const key of [CLIENT_KEY, OTHER_KEY, ...falKeys]) expect(log).not.toContain(key);
}

export interface Submitted {
  request_id: string;
  status_url: string;
  response_url: string;
  cancel_url: string;
}

/** Submits as a client does; gives the answer. */
export async function submit(
  gateway: Gateway,
  prompt = "a cat",
  { path = "/fal-ai/flux/dev", key = CLIENT_KEY }: { path?: string; key?: string } = {},
): Promise<Submitted> {
  const headers = { authorization: `Key ${key}` };
  const response = await call(gateway, { path, headers, body: { prompt } });
  expect(response.status).toBe(200);
  return (await response.json()) as Submitted;
}

/** Asks again and again, as clients do, until the request is over. */
export async function completed(
  gateway: Gateway,
  id: string,
  app = "fal-ai/flux",
  key = CLIENT_KEY,
) {
  const path = `/${app}/requests/${id}/status`;
  for (;;) {
    const response = await call(gateway, { path, headers: { authorization: `Key ${key}` } });
    const status = (await response.json()) as { status: string };
    if (status.status === "COMPLETED") return status;
    expect(response.status).toBe(202);
    await Bun.sleep(5);
  }
}

/** What fal received of one operation. */
export const asked = (fal: Sandbox, ending: RegExp) =>
  sent(fal).filter(({ method, path }) => ending.test(`${method} ${path}`));
