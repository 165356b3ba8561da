/** `/v1/videos` as a scripted client uses it: create, poll until it is over. */
import { CLIENT_KEY, type Gateway } from "./gateway.ts";

export interface VideoAnswer extends Record<string, unknown> {
  id: string;
  status: string;
  progress: number;
  url?: string;
}

const authorized = (key: string) => ({ authorization: `Bearer ${key}` });

export const get = (gateway: Gateway, path: string, key = CLIENT_KEY, headers: object = {}) =>
  gateway.fetch(path, { headers: { ...authorized(key), ...headers } });

export const remove = (gateway: Gateway, path: string, key = CLIENT_KEY) =>
  gateway.fetch(path, { method: "DELETE", headers: authorized(key) });

/** JSON, or a form as it is. */
export function post(
  gateway: Gateway,
  path: string,
  body: object,
  headers: Record<string, string> = {},
): Promise<Response> {
  const json = { "content-type": "application/json" };
  return gateway.fetch(path, {
    method: "POST",
    headers: { ...authorized(CLIENT_KEY), ...(body instanceof FormData ? {} : json), ...headers },
    body: body instanceof FormData ? body : JSON.stringify(body),
  });
}

/** The answer's JSON, or an error with what it says. */
export async function good<Answer>(answer: Response | Promise<Response>): Promise<Answer> {
  const response = await answer;
  const text = await response.text();
  if (response.status >= 300) throw new Error(`${response.status} ${text}`);
  return JSON.parse(text) as Answer;
}

const OVER = new Set(["completed", "failed", "cancelled"]);

/** As it is at its end; every status on the way, each once, and that progress never fell. */
export async function ended(gateway: Gateway, path: string) {
  const statuses: string[] = [];
  for (let progress = 0; ;) {
    const found = await good<VideoAnswer>(get(gateway, path));
    if (found.progress < progress) throw new Error(`progress fell to ${found.progress}`);
    progress = found.progress;
    if (statuses.at(-1) !== found.status) statuses.push(found.status);
    if (OVER.has(found.status)) return { ...found, statuses };
    await Bun.sleep(2);
  }
}

/** From the request to its end. */
export async function filmed(gateway: Gateway, body: object = {}) {
  const asked = { model: "veo3.1-fast", prompt: "a lighthouse", ...body };
  const { id } = await good<VideoAnswer>(post(gateway, "/v1/videos", asked));
  return ended(gateway, `/v1/videos/${id}`);
}
