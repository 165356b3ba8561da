/** Where a call was asked for, as the books tell it: by the route's path in the document, for every dialect. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type FreshBooks, freshBooks } from "../support/books.ts";
import { CLIENT_KEY } from "../support/gateway.ts";
import { engines } from "../store/support.ts";

type Sent = Record<string, unknown>;

const picture = { model: "flux-dev", prompt: "a cat" };
const video = { model: "veo3-fast", prompt: "a cat" };
const jimeng = { prompt: "a cat", duration: 5, aspect_ratio: "16:9", cfg_scale: 0.5 };
const filming = { model: "veo3-fast", messages: [{ role: "user", content: "a cat" }] };

/** The path as it is asked for, what is sent, and where the books say that it was. */
const CASES: readonly [path: string, body: Sent, route: string][] = [
  ["/v1/images/generations", picture, "/v1/images/generations"],
  ["/images/generations", picture, "/v1/images/generations"],
  ["/v1/v1/images/generations/", picture, "/v1/images/generations"],
  ["/v1/images/generations", { ...picture, async: true }, "/v1/images/generations"],
  [
    "/v1/audio/speech",
    { model: "tts-1", input: "hello", voice: "alloy", async: true },
    "/v1/audio/speech",
  ],
  ["/v1/videos", video, "/v1/videos"],
  ["/v1/video/create", video, "/v1/video/create"],
  ["/v1/video/generations", video, "/v1/video/generations"],
  ["/jimeng/submit/videos", jimeng, "/jimeng/submit/videos"],
  ["/v1/chat/completions", filming, "/v1/chat/completions"],
  ["/fal-ai/flux/dev", { prompt: "a cat" }, "/{owner}/{app}"],
  ["/flux-dev", { prompt: "a cat" }, "/{owner}/{app}"],
  ["/queue/fal-ai/flux/dev", { prompt: "a cat" }, "/queue/{owner}/{app}"],
  ["/run/fal-ai/flux/schnell", { prompt: "a cat" }, "/run/{owner}/{app}"],
  ["/run/fal-ai/flux/schnell/stream", { prompt: "a cat" }, "/run/{owner}/{app}"],
];

const PARAMETERS = ["/v1/videos/{id}/remix", "/v1/videos/{id}/content"];

/** What is written of fal's own paths, which the document does not hold. */
const FALS = ["/{owner}/{app}", "/queue/{owner}/{app}", "/run/{owner}/{app}"];

describe.each(engines)("$name", (engine) => {
  let books: FreshBooks;
  beforeAll(async () => {
    books = await freshBooks(engine);
  });
  afterAll(() => books.stop());

  const headers = { authorization: `Bearer ${CLIENT_KEY}`, "content-type": "application/json" };
  const post = (path: string, body: Sent) =>
    books.fetch(path, { method: "POST", headers, body: JSON.stringify(body) });

  const seen = new Set<string>();

  /** Those of the calls that are in the books since it was asked last; tasks open theirs a moment later. */
  async function routesOf(path: string, body: Sent): Promise<string[]> {
    const response = await post(path, body);
    await response.text();
    expect(response.status).toBeLessThan(300);
    for (const until = Date.now() + 10_000; Date.now() < until; await Bun.sleep(10)) {
      const made = (await books.rows()).filter(({ id }) => !seen.has(id));
      for (const { id } of made) seen.add(id);
      if (made.length > 0) return made.map(({ route }) => route);
    }
    throw new Error("nothing came into the books");
  }

  test.each(CASES)("%s %j is %s", async (path, body, route) => {
    expect(await routesOf(path, body)).toEqual([route]);
  });

  test("a film anew, and a frame that is taken out of it", async () => {
    const made = (await (await post("/v1/videos", video)).json()) as { id: string };
    const path = `/v1/videos/${made.id}`;
    const state = async () =>
      ((await (await books.fetch(path, { headers })).json()) as { status: string }).status;
    for (const until = Date.now() + 10_000; (await state()) !== "completed";) {
      if (Date.now() > until) throw new Error(await state());
      await Bun.sleep(20);
    }
    for (const { id } of await books.rows()) seen.add(id);
    expect(await routesOf(`${path}/remix`, { prompt: "a dog" })).toEqual(["/v1/videos/{id}/remix"]);
    await (await books.fetch(`${path}/content?variant=thumbnail`, { headers })).arrayBuffer();
    const frame = (await books.rows()).filter(({ endpoint }) => /ffmpeg|frame/.test(endpoint));
    expect(frame.map(({ route }) => route)).toEqual(["/v1/videos/{id}/content"]);
  });

  test("each of them stands in the document, or is fal's own", async () => {
    const document = (await (await books.fetch("/swagger/json")).json()) as { paths: object };
    const known = new Set([...Object.keys(document.paths), ...FALS]);
    const told = [...CASES.map(([, , route]) => route), ...PARAMETERS];
    expect(told.filter((route) => !known.has(route))).toEqual([]);
  });
});
