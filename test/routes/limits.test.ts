/** What a key may do, at the wire: how often, how much at once, with which models, on which routes. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { submitted } from "../support/fal.ts";
import { CLIENT_KEY, type Gateway, PLACES, type Start } from "../support/gateway.ts";
import { ADMIN_KEY, bearer, makeKey } from "../support/keys.ts";
import { error, invalid } from "../support/scenario.ts";

const PICTURE = "/v1/images/generations";
const NATIVE = "/fal-ai/flux/dev";

function post(gateway: Gateway, key: string, path: string, body: object, headers: object = {}) {
  return gateway.fetch(path, {
    method: "POST",
    headers: { ...bearer(key), "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
}

const LIMITED = "x-ratelimit-limit-requests";
const LEFT = "x-ratelimit-remaining-requests";
const RESET = "x-ratelimit-reset-requests";

describe.each(PLACES)("limits, %s", (_, start: Start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start({ env: { ADMIN_KEY } });
  });
  afterAll(() => gateway.stop());

  describe("requests a minute", () => {
    test("are told, counted and refused before fal hears of them", async () => {
      const key = await makeKey(gateway, { name: "hasty", rpm: 3 });
      gateway.fal.reset();
      for (const left of ["2", "1", "0"]) {
        const response = await post(gateway, key, PICTURE, { prompt: `a cat, ${left}` });
        expect(response.status).toBe(200);
        expect(response.headers.get(LIMITED)).toBe("3");
        expect(response.headers.get(LEFT)).toBe(left);
        expect(response.headers.get(RESET)).toMatch(/^(1m0s|\d+s)$/);
      }
      const refused = await post(gateway, key, PICTURE, { prompt: "one too many" });
      expect(refused.status).toBe(429);
      const message = /^This key may make 3 requests a minute\. Try again in \d+ s\.$/;
      expect(await refused.json()).toEqual(
        error(message, "rate_limit_error", "rate_limit_exceeded"),
      );
      expect(refused.headers.get("retry-after")).toMatch(/^([1-5]?\d|60)$/);
      expect(refused.headers.get(LIMITED)).toBe("3");
      expect(refused.headers.get(LEFT)).toBe("0");
      expect(submitted(gateway.fal)).toHaveLength(3);
      // Nobody else waits for that.
      expect((await post(gateway, CLIENT_KEY, PICTURE, { prompt: "a dog" })).status).toBe(200);
    });

    test("on fal's own paths are refused in fal's form; following a request is free", async () => {
      const key = await makeKey(gateway, { name: "native", rpm: 1 });
      const made = await post(gateway, key, NATIVE, { prompt: "a cat" });
      expect(made.headers.get(LEFT)).toBe("0");
      const { request_id } = (await made.json()) as { request_id: string };
      for (const path of ["/status", "", "/status"]) {
        const url = `/fal-ai/flux/requests/${request_id}${path}`;
        const told = await gateway.fetch(url, { headers: bearer(key) });
        expect(told.status).not.toBe(429);
        expect(told.headers.get(LIMITED)).toBeNull();
      }
      const refused = await post(gateway, key, NATIVE, { prompt: "another" });
      expect(refused.status).toBe(429);
      const detail = expect.stringMatching(/^This key may make one request a minute/);
      expect(await refused.json()).toMatchObject({ detail, message: detail });
      const proxied = await post(
        gateway,
        key,
        "/api/fal/proxy",
        { prompt: "a third" },
        { "x-fal-target-url": "https://queue.fal.run/fal-ai/flux/dev" },
      );
      expect(proxied.status).toBe(429);
      const followed = await gateway.fetch("/api/fal/proxy", {
        headers: {
          ...bearer(key),
          "x-fal-target-url": `https://queue.fal.run/fal-ai/flux/requests/${request_id}/status`,
        },
      });
      expect(followed.status).not.toBe(429);
    });

    test("are not used up by questions, and told to browsers", async () => {
      const key = await makeKey(gateway, { name: "curious", rpm: 1 });
      for (let time = 0; time < 3; time++) {
        expect((await gateway.fetch("/v1/models", { headers: bearer(key) })).status).toBe(200);
      }
      const drawn = await post(
        gateway,
        key,
        PICTURE,
        { prompt: "a cat" },
        { origin: "https://a.b" },
      );
      expect(drawn.status).toBe(200);
      expect(drawn.headers.get("access-control-expose-headers")).toContain(LEFT);
    });

    test("leave callers without a limit alone", async () => {
      const response = await post(gateway, CLIENT_KEY, PICTURE, { prompt: "a cat" });
      for (const name of [LIMITED, LEFT, RESET]) expect(response.headers.get(name)).toBeNull();
    });
  });

  describe("models", () => {
    const NOT_ALLOWED =
      /^This key may not use the model '.+'\. It may use: flux-schnell, tts-\*, openai\/\*\.$/;
    let key: string;
    beforeAll(async () => {
      const models = ["flux-schnell", "tts-*", "openai/*"];
      key = await makeKey(gateway, { name: "picky", models });
    });

    test.each([
      ["an alias", PICTURE, { model: "flux-schnell", prompt: "a cat" }],
      ["an alias on fal's own path", "/flux-schnell", { prompt: "a cat" }],
      [
        "a name by its OpenRouter id",
        "/v1/chat/completions",
        { model: "gpt-4o-mini", messages: [{ role: "user", content: "hi" }] },
      ],
    ])("%s is allowed", async (_, path, body) => {
      expect((await post(gateway, key, path, body)).status).toBe(200);
    });

    test("of every documented example that names another, nothing reaches fal", async () => {
      gateway.fal.reset();
      const document = (await (await gateway.fetch("/swagger/json")).json()) as Document;
      const told: string[] = [];
      for (const [path, { post: operation }] of Object.entries(document.paths)) {
        if (path.startsWith("/admin/") || path.includes("{")) continue;
        const examples = operation?.requestBody?.content["application/json"]?.examples ?? {};
        for (const [name, { value }] of Object.entries(examples)) {
          const model = MODEL_OF[path] ?? "flux-dev";
          const response = await post(gateway, key, path, { ...value, model });
          const text = await response.text();
          if (response.status !== 403) told.push(`${path}, ${name}: ${response.status} ${text}`);
          else expect(text).toContain("model_not_allowed");
        }
      }
      expect(told).toEqual([]);
      expect(submitted(gateway.fal)).toEqual([]);
    });

    test.each([
      ["a full id", "/fal-ai/flux/dev", {}],
      ["a full id under /queue", "/queue/fal-ai/flux/dev", {}],
      ["a full id under /run", "/run/fal-ai/flux/dev", {}],
      ["a stream of one", "/run/fal-ai/flux/dev/stream", {}],
      ["another alias", "/flux-dev", {}],
      ["a workflow", "/workflows/somebody/something", {}],
      ["fal's own language models", "/run/openrouter/router/openai/v1/chat/completions", {}],
    ])("%s on fal's own paths is refused", async (_, path, body) => {
      gateway.fal.reset();
      const response = await post(gateway, key, path, { prompt: "a cat", ...body });
      expect(response.status).toBe(403);
      const { error } = (await response.json()) as { error: { message: string } };
      expect(error.message).toMatch(NOT_ALLOWED);
      expect(submitted(gateway.fal)).toEqual([]);
    });

    test.each([
      ["an application", "https://queue.fal.run/fal-ai/flux/dev", { prompt: "a cat" }],
      ["a realtime token", "https://rest.fal.ai/tokens/", { allowed_apps: ["fast-lcm-diffusion"] }],
    ])("%s by fal's proxy protocol is refused", async (_, target, body) => {
      gateway.fal.reset();
      const headers = { "x-fal-target-url": target };
      const response = await post(gateway, key, "/api/fal/proxy", body, headers);
      expect(response.status).toBe(403);
      expect(submitted(gateway.fal)).toEqual([]);
    });

    test("a realtime token is given for an application that is allowed alone", async () => {
      const owned = await makeKey(gateway, { name: "live", models: ["fal-ai/fast-lcm-diffusion"] });
      const ask = (...allowed_apps: string[]) =>
        post(gateway, owned, "/rest/tokens/", { allowed_apps, token_expiration: 60 });
      expect((await ask("fast-lcm-diffusion")).status).toBeLessThan(300);
      expect((await ask("fal-ai/fast-lcm-diffusion")).status).toBeLessThan(300);
      expect((await ask("fast-lcm-diffusion", "flux")).status).toBe(403);
    });

    test("that are allowed are all that is listed", async () => {
      const response = await gateway.fetch("/v1/models", { headers: bearer(key) });
      const { data } = (await response.json()) as { data: { id: string }[] };
      const ids = data.map(({ id }) => id);
      expect(ids).toContain("flux-schnell");
      expect(ids).toContain("openai/gpt-4o");
      expect(ids.filter((id) => !/^(flux-schnell|tts-.*|openai\/.*)$/.test(id))).toEqual([]);
      const shown = await gateway.fetch("/v1/models/flux-schnell", { headers: bearer(key) });
      expect(shown.status).toBe(200);
      const hidden = await gateway.fetch("/v1/models/flux-dev", { headers: bearer(key) });
      expect(hidden.status).toBe(403);
      expect(await hidden.json()).toEqual(invalid(NOT_ALLOWED, "model", "model_not_allowed"));
    });

    test("by fal's ids are allowed under every name that leads to them alone", async () => {
      const owned = await makeKey(gateway, {
        name: "ids",
        models: ["fal-ai/flux/*", "fal-ai/flux-1/*"],
      });
      const allowed = ["fal-ai/flux/dev", "flux/dev", "fal-ai/flux/schnell"];
      for (const model of allowed) {
        const response = await post(gateway, owned, PICTURE, { model, prompt: "a cat" });
        expect([model, response.status]).toEqual([model, 200]);
      }
      const other = await post(gateway, owned, PICTURE, { model: "gpt-image-1", prompt: "a cat" });
      expect(other.status).toBe(403);
    });
  });

  describe("routes", () => {
    test("outside of the globs are refused, in every spelling", async () => {
      const routes = ["/v1/images/*", "/v1/models*"];
      const key = await makeKey(gateway, { name: "bound", routes });
      for (const path of [PICTURE, "/images/generations", "/v1/v1/images/generations"]) {
        expect((await post(gateway, key, path, { prompt: "a cat" })).status).toBe(200);
      }
      expect((await gateway.fetch("/v1/models", { headers: bearer(key) })).status).toBe(200);
      gateway.fal.reset();
      for (const path of [
        "/v1/chat/completions",
        "/chat/completions",
        NATIVE,
        "/run/fal-ai/flux/dev",
      ]) {
        const response = await post(gateway, key, path, { model: "flux-dev", prompt: "a cat" });
        expect([path, response.status]).toEqual([path, 403]);
        expect(await response.text()).toContain("route_not_allowed");
      }
      expect(submitted(gateway.fal)).toEqual([]);
      // What needs no key is nobody's to forbid.
      expect((await gateway.fetch("/healthz", { headers: bearer(key) })).status).toBe(200);
    });
  });
});

/** A model that the route knows and the key has not. */
const MODEL_OF: Readonly<Record<string, string>> = {
  "/v1/audio/speech": "fal-ai/kokoro/american-english",
  "/v1/embeddings": "mistralai/mistral-embed",
  "/v1/responses": "anthropic/claude-sonnet-4",
  "/v1/video/create": "veo3",
  "/v1/video/generations": "veo3",
  "/v1/videos": "veo3",
  "/jimeng/submit/videos": "jimeng-video-3.0",
};

interface Document {
  paths: Record<
    string,
    {
      post?: {
        requestBody?: { content: Record<string, { examples?: Record<string, { value: object }> }> };
      };
    }
  >;
}
