/** Scripted clients of the video relays: each creates, polls until it is over, and downloads. */
import { CLIENT_KEY, type Gateway } from "./gateway.ts";

/** The smallest picture there is. */
export const PNG =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** What a poll says. */
export interface Look {
  status: string;
  over: boolean;
  /** The video's link; empty for none. */
  video: string;
  answer: Record<string, unknown>;
}

export interface Relay {
  create: string;
  /** A body that is complete. */
  body: Record<string, unknown>;
  idOf(answer: Record<string, unknown>): string;
  query(id: string): string;
  look(answer: Record<string, unknown>): Look;
}

const over = (...words: string[]) => new Set(words);

const VEO_OVER = over(
  "completed",
  "failed",
  "error",
  "video_generation_failed",
  "video_upsampling_failed",
);
const JIMENG_OVER = over("SUCCESS", "FAILURE");
const NEW_API_OVER = over("succeeded", "failed");

export const RELAYS = {
  veo: {
    create: "/v1/video/create",
    body: { model: "veo3.1-fast", prompt: "a lighthouse" },
    idOf: ({ id }) => id as string,
    query: (id) => `/v1/video/query?id=${encodeURIComponent(id)}`,
    look(answer) {
      const { status, video_url } = answer as { status: string; video_url: string | null };
      return { status, over: VEO_OVER.has(status), video: video_url ?? "", answer };
    },
  },
  jimeng: {
    create: "/jimeng/submit/videos",
    body: { prompt: "a lighthouse", duration: 5, aspect_ratio: "16:9", cfg_scale: 0.5 },
    idOf: ({ data }) => data as string,
    query: (id) => `/jimeng/fetch/${id}`,
    look(answer) {
      const { status, data } = answer.data as { status: string; data: { video: string } };
      return { status, over: JIMENG_OVER.has(status), video: data.video, answer };
    },
  },
  "new-api": {
    create: "/v1/video/generations",
    body: { model: "veo3.1-fast", prompt: "a lighthouse" },
    idOf: ({ task_id }) => task_id as string,
    query: (id) => `/v1/video/generations/${id}`,
    look(answer) {
      const { status, url = "" } = answer as { status: string; url?: string };
      return { status, over: NEW_API_OVER.has(status), video: url, answer };
    },
  },
} satisfies Record<string, Relay>;

export type RelayName = keyof typeof RELAYS;
export const NAMES = Object.keys(RELAYS) as RelayName[];

const headers = (key: string) => ({ authorization: `Bearer ${key}` });

/** The answer to a creation; what `body` says comes on top of a complete one, undefined takes away. */
export function post(
  gateway: Gateway,
  name: RelayName,
  body: Record<string, unknown> = {},
  key = CLIENT_KEY,
  more: Record<string, string> = {},
): Promise<Response> {
  const relay: Relay = RELAYS[name];
  return gateway.fetch(relay.create, {
    method: "POST",
    headers: { ...headers(key), "content-type": "application/json", ...more },
    body: JSON.stringify({ ...relay.body, ...body }),
  });
}

export async function create(
  gateway: Gateway,
  name: RelayName,
  body?: Record<string, unknown>,
): Promise<string> {
  const response = await post(gateway, name, body);
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return RELAYS[name].idOf(JSON.parse(text) as Record<string, unknown>);
}

export const get = (gateway: Gateway, path: string, key = CLIENT_KEY) =>
  gateway.fetch(path, { headers: headers(key) });

export async function look(gateway: Gateway, name: RelayName, id: string): Promise<Look> {
  const relay: Relay = RELAYS[name];
  const response = await get(gateway, relay.query(id));
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${response.status} ${text}`);
  return relay.look(JSON.parse(text) as Record<string, unknown>);
}

/** The last look, and the status words on the way to it, each once and with its time. */
export async function followed(gateway: Gateway, name: RelayName, id: string) {
  const words: string[] = [];
  const times: number[] = [];
  for (;;) {
    const last = await look(gateway, name, id);
    if (words.at(-1) !== last.status) {
      words.push(last.status);
      times.push(last.answer.status_update_time as number);
    }
    if (last.over) return { ...last, id, words, times };
    await Bun.sleep(2);
  }
}

/** From the request to its end. */
export async function film(
  gateway: Gateway,
  name: RelayName,
  body: Record<string, unknown> = {},
): ReturnType<typeof followed> {
  return followed(gateway, name, await create(gateway, name, body));
}
