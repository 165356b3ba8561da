/** Every wrong request to a video relay: its status, the parameter it names, and nothing sent to fal. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { film, get, NAMES, PNG, post, RELAYS, type RelayName } from "../support/film.ts";
import { type Gateway, inProcess } from "../support/gateway.ts";
import { invalid, type Scenario, scenarios, SECRET } from "../support/scenario.ts";

type Error = ReturnType<typeof invalid>;

/** As that relay says it. */
function worded(name: RelayName, refused: Error) {
  const { code, message } = refused.error;
  return name === "veo" ? refused : { code, message, data: null, ...refused };
}

/** A body that is complete, but for what is wrong with it: undefined is not there. */
function refused(
  name: RelayName,
  wrong: Record<string, unknown> | string,
  wanted: Error,
  status = 400,
): Scenario {
  const { create, body } = RELAYS[name];
  const sent = typeof wrong === "string" ? wrong : { ...body, prompt: SECRET, ...wrong };
  return {
    name: `${name} ${JSON.stringify(wrong, (_, value) => value ?? "nothing").slice(0, 80)}`,
    send: { path: create, body: sent },
    expect: {
      status,
      body: worded(name, wanted),
      headers: { "content-type": /^application\/json/ },
    },
  };
}

const missing = (param: string) =>
  invalid(`Missing required parameter: '${param}'.`, param, "missing_required_parameter");

const UNKNOWN = invalid(/does not exist/, "model", "model_not_found");
const TEXT = `data:image/png;base64,${btoa("this is no picture at all")}`;
const NOBODY = "http://10.1.2.3/a.png";
const inside = (param: string) => invalid(/not public/, param, "unreachable_file");
const noPicture = (param: string) => invalid(/not a picture/, param, "invalid_file");

const everywhere = NAMES.flatMap((name) => [
  refused(name, "{", invalid(/not valid JSON/, null, "invalid_json")),
  refused(name, "[]", invalid(/JSON object/, null)),
  refused(name, { prompt: undefined }, missing("prompt")),
  refused(name, { prompt: null }, missing("prompt")),
  refused(name, { prompt: " " }, invalid(/'prompt'/, "prompt")),
  refused(name, { prompt: 5 }, invalid(/'prompt'/, "prompt")),
  refused(name, { callback_url: 5 }, invalid(/'callback_url'/, "callback_url")),
  refused(
    name,
    { callback_url: "http://127.0.0.1:1/hook" },
    invalid(/callback_url/, "callback_url", "invalid_callback"),
  ),
  refused(
    name,
    { notify_hook: "ftp://x" },
    invalid(/notify_hook/, "notify_hook", "invalid_callback"),
  ),
]);

const named = (["veo", "new-api"] as const).flatMap((name) => [
  refused(name, { model: undefined }, missing("model")),
  refused(name, { model: 5 }, invalid(/'model'/, "model")),
  refused(name, { model: "" }, invalid(/'model'/, "model")),
  refused(name, { model: "veo9" }, UNKNOWN, 404),
  refused(name, { model: "__proto__" }, UNKNOWN, 404),
  refused(name, { model: "flux-dev" }, invalid(/not make videos/, "model", "unsupported_model")),
  refused(name, { images: PNG }, invalid(/'images'/, "images")),
  refused(name, { images: [5] }, invalid(/'images\[0\]'/, "images[0]")),
  refused(name, { images: ["hello"] }, invalid(/Invalid images/, "images", "invalid_file")),
  refused(name, { images: [TEXT] }, noPicture("images")),
  refused(name, { images: [NOBODY] }, inside("images")),
  refused(name, { images: ["ftp://x/a.png"] }, invalid(/Invalid images/, "images", "invalid_file")),
  refused(name, { duration: 7 }, invalid(/4s, 6s, 8s/, "duration")),
  refused(name, { duration: "soon" }, invalid(/duration/, "duration")),
  refused(name, { duration: true }, invalid(/'duration'/, "duration")),
  refused(name, { size: "huge" }, invalid(/size/, "size")),
  refused(name, { seed: "x" }, invalid(/seed/, "seed")),
]);

const frames = (model: string, count: number, wanted: RegExp) =>
  refused("veo", { model, images: Array(count).fill(PNG) }, invalid(wanted, "images"));

scenarios("bad input to the relays", [
  ...everywhere,
  ...named,
  frames("veo3-pro-frames", 2, /takes 1 picture; the request has 2/),
  frames("veo3-pro-frames", 0, /takes 1 picture; the request has 0/),
  frames("veo3-frames", 3, /takes 1 to 2 pictures/),
  frames("veo3-fast-frames", 3, /takes 1 to 2 pictures/),
  frames("veo2-fast-frames", 3, /up to 1 to 2 pictures|up to 2 pictures/),
  frames("veo2-fast-components", 4, /takes 1 to 3 pictures/),
  frames("veo2-pro-components", 0, /takes 1 to 3 pictures/),
  frames("veo3.1-components", 4, /takes 1 to 3 pictures/),
  frames("veo3-fast", 3, /the request has 3/),
  frames("jimeng-video-3.0", 3, /the request has 3/),
  refused("veo", { aspect_ratio: "21:9" }, invalid(/takes 16:9, 9:16/, "aspect_ratio")),
  refused("veo", { aspect_ratio: "wide" }, invalid(/aspect_ratio/, "aspect_ratio")),
  refused("veo", { aspect_ratio: 1 }, invalid(/'aspect_ratio'/, "aspect_ratio")),
  refused(
    "veo",
    { model: "jimeng-video-3.0", aspect_ratio: "5:4" },
    invalid(/Invalid aspect_ratio '5:4'/, "aspect_ratio"),
  ),
  refused("veo", { orientation: "upright" }, invalid(/portrait/, "orientation")),
  refused("veo", { enhance_prompt: "yes" }, invalid(/true or false/, "enhance_prompt")),
  refused("veo", { enable_upsample: 1 }, invalid(/true or false/, "enable_upsample")),
  ...[7, 0, -5, "7", 5.5, null].map((duration) =>
    refused(
      "jimeng",
      { duration },
      duration === null ? missing("duration") : invalid(/it must be 5 or 10/, "duration"),
    ),
  ),
  ...["2:3", "16/9", "", 1].map((aspect_ratio) =>
    refused("jimeng", { aspect_ratio }, invalid(/one of "1:1", "21:9"/, "aspect_ratio")),
  ),
  refused("jimeng", { aspect_ratio: undefined }, missing("aspect_ratio")),
  refused("jimeng", { cfg_scale: undefined }, missing("cfg_scale")),
  refused("jimeng", { cfg_scale: "0.5" }, invalid(/a number/, "cfg_scale")),
  refused("jimeng", { image_url: [PNG] }, invalid(/a picture/, "image_url")),
  refused("jimeng", { image_url: "hello" }, invalid(/image_url/, "image_url", "invalid_file")),
  refused("jimeng", { image_url: TEXT }, noPicture("image_url")),
  refused("jimeng", { image_url: NOBODY }, inside("image_url")),
  refused("new-api", { image: TEXT }, noPicture("image")),
  refused("new-api", { image: 5 }, invalid(/'image'/, "image")),
  refused("new-api", { n: 2 }, invalid(/it must be 1/, "n")),
  refused("new-api", { metadata: "x" }, invalid(/an object/, "metadata")),
  refused("new-api", { width: -1, height: 2 }, invalid(/'width'/, "width")),
  refused("new-api", { width: 5, height: 5 }, invalid(/size/, "size")),
]);

describe("an id that is none of the caller's", () => {
  let gateway: Gateway;
  const ids = {} as Record<RelayName, string>;
  beforeAll(async () => {
    gateway = await inProcess({ env: { API_KEY: "sk-client,sk-other" } });
    for (const name of NAMES) ids[name] = (await film(gateway, name)).id;
  });
  afterAll(() => gateway.stop());

  async function notFound(name: RelayName, id: string, key?: string): Promise<void> {
    const response = await get(gateway, RELAYS[name].query(id), key);
    const unknown = invalid(
      "There is no such task.",
      name === "veo" ? "id" : "task_id",
      "task_not_found",
    );
    expect(response.status).toBe(404);
    expect((await response.json()) as object).toStrictEqual(worded(name, unknown));
  }

  const strange = ["x", "a b", "veo3:1757555257-PORrVn9sa9", "__proto__", "cgt-1-'", "€"];

  test.each(NAMES)("on %s: another key's, another relay's, malformed, unknown", async (name) => {
    await notFound(name, ids[name], "sk-other");
    for (const other of NAMES) if (other !== name) await notFound(name, ids[other]);
    for (const id of strange) await notFound(name, encodeURIComponent(id));
    expect((await get(gateway, RELAYS[name].query(ids[name]))).status).toBe(200);
  });

  test("none at all", async () => {
    const none = await get(gateway, "/v1/video/query");
    expect(none.status).toBe(400);
    expect((await none.json()) as object).toStrictEqual(missing("id"));
    expect((await get(gateway, "/v1/video/query?id=")).status).toBe(400);
  });

  test.each(["jimeng", "new-api"] as const)("on %s: no percent-encoding", async (name) => {
    const response = await get(gateway, RELAYS[name].query("%E0%A4%A"));
    const malformed = invalid("Invalid value for 'task_id': it must be a task's id.", "task_id");
    expect(response.status).toBe(400);
    expect((await response.json()) as object).toStrictEqual(worded(name, malformed));
  });

  test.each(NAMES)("on %s: no key, or a wrong one", async (name) => {
    const unauthorized = invalid("Invalid API key", null, "invalid_api_key");
    for (const response of [
      await post(gateway, name, {}, "sk-wrong"),
      await get(gateway, RELAYS[name].query(ids[name]), "sk-wrong"),
    ]) {
      expect(response.status).toBe(401);
      expect((await response.json()) as object).toStrictEqual(worded(name, unauthorized));
    }
  });

  test("each route answers without /v1 and under a doubled one too", async () => {
    for (const name of ["veo", "new-api"] as const) {
      const path = RELAYS[name].query(ids[name]);
      for (const spelling of [path.replace("/v1", ""), `/v1${path}`]) {
        expect((await get(gateway, spelling)).status).toBe(200);
      }
    }
  });
});
