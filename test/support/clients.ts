/** Clients that come, wait, leave and come again. */
import { CLIENT_KEY, type Gateway } from "./gateway.ts";

export const PATH = "/v1/images/generations";

/** Asks for a picture; aborting leaves. */
export function ask(
  gateway: Gateway,
  body: object,
  headers: Record<string, string> = {},
  signal?: AbortSignal,
): Promise<Response> {
  return gateway.fetch(PATH, {
    method: "POST",
    headers: { authorization: `Bearer ${CLIENT_KEY}`, ...headers },
    body: JSON.stringify({ model: "flux-dev", prompt: "a cat", ...body }),
    ...(signal ? { signal } : {}),
  });
}

/** Waits until something is so. What never is fails with its own words, and goes on in no other test. */
export async function until(holds: () => unknown, limitMs = 60_000): Promise<void> {
  for (const end = Date.now() + limitMs; !(await holds()); await Bun.sleep(2)) {
    if (Date.now() > end) throw new Error(`not so after ${limitMs / 1000} s: ${holds}`);
  }
}

/** The links of an answer, which differ from one generation to the next. */
export async function links(response: Response | Promise<Response>): Promise<string[]> {
  const answer = (await (await response).json()) as { data?: { url: string }[] };
  if (!answer.data) throw new Error(JSON.stringify(answer));
  return answer.data.map(({ url }) => url);
}
