/** A quick sandbox of one's own and short ways to call it. */
import { createSandbox, type Sandbox, type SandboxOptions } from "../../src/sandbox/sandbox.ts";

export const key = "me:secret";
export const auth = { authorization: `Key ${key}` };

export function quick(options: SandboxOptions = {}): Sandbox {
  return createSandbox({ port: 0, queueTime: 1, runTime: 1, chunkTime: 0, ...options });
}

export type Json = Record<string, any>;

export interface Answered {
  status: number;
  headers: Headers;
  body: Json;
}

export async function call(
  method: string,
  url: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const response = await fetch(url, {
    method,
    headers: { ...auth, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: parse(text) };
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return { text };
  }
}

export function post(url: string, body: unknown, headers?: Record<string, string>) {
  return call("POST", url, body, headers);
}

export function get(url: string, headers?: Record<string, string>) {
  return call("GET", url, undefined, headers);
}

/** The events of a status stream, to its end. */
export async function events(url: string): Promise<Json[]> {
  const response = await fetch(url, { headers: auth });
  const text = await response.text();
  return text
    .split(/\r?\n/)
    .filter((line) => line.startsWith("data: "))
    .map((line) => JSON.parse(line.slice(6)) as Json);
}

/** Submits, waits for the end without polling, and reads the result. */
export async function generate(sandbox: Sandbox, endpoint: string, input: unknown) {
  const submitted = await post(`${sandbox.queueUrl}/${endpoint}`, input);
  const told = await events(`${submitted.body["status_url"]}/stream`);
  const result = await get(submitted.body["response_url"]);
  return { submitted, last: told.at(-1)!, result };
}

export async function codeOf(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => "answered",
    (error: { code?: string }) => error.code ?? "failed",
  );
}

/** Polls until the request is in that state. */
export async function until(url: string, state: string): Promise<Json> {
  for (;;) {
    const { body } = await get(url);
    if (body["status"] === state) return body;
    if (body["status"] === "COMPLETED") throw new Error(`completed before it was ${state}`);
    await Bun.sleep(2);
  }
}
