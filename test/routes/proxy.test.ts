/** fal's server-proxy protocol: what stands for each target here, and every target that is none. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { CLIENT_KEY, type Gateway, PLACES, type Start } from "../support/gateway.ts";
import { call, expectNoClientKey, natively, type NativeScenario } from "../native/support.ts";

const INPUT = { prompt: "a cat" };

const to = (target: string, more: Partial<NativeScenario["send"]> = {}): NativeScenario["send"] => {
  const { headers, ...rest } = more;
  const all = { "x-fal-target-url": target, ...headers };
  return { path: "/api/fal/proxy", body: INPUT, headers: all, ...rest };
};

const passes = (target: string, path: string): NativeScenario => ({
  name: target,
  send: to(target),
  fal: [{ method: "POST", path, body: INPUT }],
  expect: { status: 200 },
});

natively("where a target leads", [
  passes("https://queue.fal.run/fal-ai/flux/dev", "/queue/fal-ai/flux/dev"),
  passes("https://queue.falrun.com/fal-ai/flux/dev", "/queue/fal-ai/flux/dev"),
  passes("https://fal.run/fal-ai/flux/dev", "/run/fal-ai/flux/dev"),
  passes("https://falrun.com/fal-ai/flux/dev", "/run/fal-ai/flux/dev"),
  passes("https://QUEUE.fal.run/fal-ai/flux/dev", "/queue/fal-ai/flux/dev"),
  passes(
    "https://queue.fal.run/fal-ai/flux/dev?fal_max_queue_length=9",
    "/queue/fal-ai/flux/dev?fal_max_queue_length=9",
  ),
  passes("https://fal.run/fal-ai/flux/dev/stream", "/run/fal-ai/flux/dev/stream"),
  passes("https://queue.fal.run/flux-dev", "/queue/fal-ai/flux/dev"),
]);

const WORDS =
  "The header x-fal-target-url must hold an address of fal's: https://queue.fal.run/…, https://fal.run/… or https://rest.fal.ai/….";
const COMPLAINT = { detail: WORDS, message: WORDS };

const refused = (target: string): NativeScenario => ({
  name: target.slice(0, 80) || "an empty target",
  send: to(target),
  expect: { status: 400, body: COMPLAINT },
});

natively("targets of somebody else", [
  {
    name: "none",
    send: { path: "/api/fal/proxy", body: INPUT },
    expect: { status: 400, body: COMPLAINT },
  },
  ...[
    "",
    "nonsense",
    "fal.run/fal-ai/flux/dev",
    "//fal.run/fal-ai/flux/dev",
    "/fal-ai/flux/dev",
    "http://fal.run/fal-ai/flux/dev",
    "ftp://fal.run/fal-ai/flux/dev",
    "javascript:alert(1)",
    "data:text/plain,a",
    "file:///etc/passwd",
    "https://example.com/fal-ai/flux/dev",
    "https://evilfal.run/fal-ai/flux/dev",
    "https://fal.run.evil.example/fal-ai/flux/dev",
    "https://fal-run/fal-ai/flux/dev",
    "https://fal.run.:443/fal-ai/flux/dev",
    "https://fal.run./fal-ai/flux/dev",
    "https://sub.queue.fal.run/fal-ai/flux/dev",
    "https://api.fal.ai/v1/models",
    "https://fal.ai/fal-ai/flux/dev",
    "https://v3.fal.media/files/x",
    "https://fal.run:443/fal-ai/flux/dev",
    "https://fal.run:8443/fal-ai/flux/dev",
    "https://fal.run:/fal-ai/flux/dev",
    "https://user:pass@fal.run/fal-ai/flux/dev",
    "https://fal.run@evil.example/fal-ai/flux/dev",
    "https://evil.example@fal.run/fal-ai/flux/dev",
    "https://fal.run\\@evil.example/fal-ai/flux/dev",
    "https://fal.run\\fal-ai\\flux",
    "https:\\\\fal.run/fal-ai/flux/dev",
    "https:/fal.run/fal-ai/flux/dev",
    "https:fal.run/fal-ai/flux/dev",
    "https://127.0.0.1/fal-ai/flux/dev",
    "https://[::1]/fal-ai/flux/dev",
    "https://2130706433/fal-ai/flux/dev",
    "https://0x7f.0.0.1/fal-ai/flux/dev",
    "https://localhost/fal-ai/flux/dev",
    "https://xn--fl-8ja.run/fal-ai/flux/dev",
    "https://fal%2erun/fal-ai/flux/dev",
    "https://fal.run",
    "https://fal.run?x=/fal-ai/flux/dev",
    "https://fal.run#/fal-ai/flux/dev",
    "https://fal.run/fal-ai/flux/dev#fragment",
    "https://fal.run/fal-ai/../../etc",
    "https://fal.run/fal-ai/%2e%2e/etc",
    "https://fal.run/./fal-ai/flux",
    "https://queue.fal.run/fal-ai/flux/requests/one/../two",
    "https://fal.run, https://evil.example",
    "https://__proto__/fal-ai/flux",
    "https://constructor/fal-ai/flux",
  ].map(refused),
]);

const nobody = (target: string, method = "POST"): NativeScenario => ({
  name: `${method} ${target}`,
  send: to(target, { method, ...(method === "POST" ? {} : { body: undefined }) }),
  expect: { status: 404 },
});

natively(
  "paths that are nobody's",
  [
    nobody("https://fal.run/fal-ai"),
    nobody("https://fal.run/fal-ai/flux%2fdev"),
    nobody("https://queue.fal.run/fal-ai//dev"),
    nobody("https://rest.fal.ai/storage/upload/other"),
    nobody("https://rest.fal.ai/billing/user_balance", "GET"),
    nobody("https://rest.fal.ai/keys", "GET"),
    nobody("https://rest.fal.ai/tokens/../keys/"),
  ].map((one) =>
    // Dot segments are no target at all.
    one.name.includes("..") ? { ...one, expect: { status: 400, body: COMPLAINT } } : one,
  ),
);

natively("what the official proxy gets wrong", [
  {
    name: "an upload of many parts can be begun",
    send: to("https://rest.fal.ai/storage/upload/initiate-multipart?storage_type=fal-cdn-v3", {
      body: { content_type: "video/mp4", file_name: "a.mp4" },
    }),
    fal: [
      {
        method: "POST",
        path: "/rest/storage/upload/initiate-multipart?storage_type=fal-cdn-v3",
        body: { content_type: "video/mp4", file_name: "a.mp4" },
      },
    ],
    expect: { status: 200, text: /"upload_url":"http:\/\/[^"]+\/uploads\// },
  },
  {
    name: "older clients name the REST API rest.alpha.fal.ai",
    send: to("https://rest.alpha.fal.ai/storage/upload/initiate?storage_type=fal-cdn-v3", {
      body: { content_type: "image/png", file_name: "a.png" },
    }),
    fal: [
      {
        method: "POST",
        path: "/rest/storage/upload/initiate?storage_type=fal-cdn-v3",
        body: { content_type: "image/png", file_name: "a.png" },
      },
    ],
    expect: { status: 200 },
  },
  {
    name: "a realtime token can be had",
    send: to("https://rest.fal.ai/tokens/", {
      body: { allowed_apps: ["fast-lcm-diffusion"], token_expiration: 120 },
    }),
    fal: [
      {
        method: "POST",
        path: "/rest/tokens",
        body: { allowed_apps: ["fast-lcm-diffusion"], token_expiration: 120 },
      },
    ],
    expect: { status: 200, text: /^"ey/ },
  },
  ...[{}, { allowed_apps: [] }, { allowed_apps: ["*"] }, { allowed_apps: "all" }, []].map(
    (body): NativeScenario => ({
      name: `but none for everything: ${JSON.stringify(body)}`,
      send: to("https://rest.fal.ai/tokens/", { body }),
      expect: { status: 422, text: /allowed_apps must name the apps/ },
    }),
  ),
  {
    name: "fal's headers are kept, in both directions, and only those",
    send: to("https://fal.run/fal-ai/flux/dev", {
      headers: {
        authorization: `Key ${CLIENT_KEY}`,
        "x-fal-target-url": "https://fal.run/fal-ai/flux/dev",
        "x-fal-client-proxy": "@fal-ai/server-proxy/hono",
        "x-fal-runner-hint": "hint-1",
        "x-fal-store-io": "0",
        cookie: "session=1",
        origin: "https://app.example",
        referer: "https://app.example/page",
      },
    }),
    fal: [{ method: "POST", path: "/run/fal-ai/flux/dev", body: INPUT }],
    falHeaders: {
      "x-fal-runner-hint": "hint-1",
      "x-fal-store-io": "0",
      "x-fal-target-url": null,
      "x-fal-client-proxy": null,
      cookie: null,
      origin: null,
      referer: null,
    },
    expect: {
      status: 200,
      headers: { "x-fal-request-id": /^[0-9a-f-]{36}$/, "x-fal-billable-units": "1" },
    },
  },
  ...(["x-fal-key", "x-fal-api-key", "x-fal-authorization", "x-api-key"] as const).map(
    (name): NativeScenario => ({
      name: `a key in ${name} goes no further`,
      send: to("https://fal.run/fal-ai/flux/dev", { headers: { [name]: CLIENT_KEY } }),
      fal: [{ method: "POST", path: "/run/fal-ai/flux/dev", body: INPUT }],
      falHeaders: { [name]: null },
      expect: { status: 200 },
    }),
  ),
  {
    name: "a body that is not JSON is refused before fal sees it",
    send: to("https://queue.fal.run/fal-ai/flux/dev", { body: "{" }),
    expect: { status: 422, text: /not valid JSON/ },
  },
  {
    name: "without a key of falgate's nothing passes",
    send: to("https://fal.run/fal-ai/flux/dev", { headers: { authorization: null } }),
    expect: { status: 401 },
  },
]);

describe.each(PLACES)("methods, %s", (_, start: Start) => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await start();
  });
  afterAll(() => gateway.stop());

  test("GET, POST and PUT are those of the target", async () => {
    const ask = (method: string, target: string, body?: object) =>
      call(gateway, { ...to(`https://queue.fal.run${target}`), method, body });
    const path = "/fal-ai/flux/requests";
    const submitted = await ask("POST", "/fal-ai/flux/dev", { prompt: "a [sandbox queue=1m]" });
    const { request_id: id } = (await submitted.json()) as { request_id: string };
    expect((await ask("GET", `${path}/${id}/status?logs=1`)).status).toBe(202);
    expect((await ask("PUT", `${path}/${id}/cancel`)).status).toBe(202);
    expect((await ask("DELETE", `${path}/${id}`)).status).toBe(405);
    expectNoClientKey(gateway);
  });

  test("the links of an answer are targets too, and nothing else of falgate's is", async () => {
    const ask = async (target: string, method = "GET", body?: object) => {
      const response = await call(gateway, { ...to(target), method, body });
      return { status: response.status, body: (await response.json()) as Record<string, string> };
    };
    const { body } = await ask("https://queue.fal.run/fal-ai/flux/dev", "POST", INPUT);
    expect((await ask(`${body.status_url}?logs=1`)).status).toBeOneOf([200, 202]);
    expect((await ask(body.cancel_url!, "PUT")).status).toBeOneOf([202, 400]);
    const other = body.response_url!.replace(gateway.url, `${gateway.url}/queue`);
    expect((await ask(other)).status).not.toBe(404);
    for (const path of ["/v1/models", "/api/fal/proxy", "/readyz", "/fal-ai/flux/dev", "", "/"]) {
      expect(await ask(gateway.url + path)).toEqual({ status: 400, body: COMPLAINT as never });
    }
    const elsewhere = body.status_url!.replace("http://", "http://evil.example@");
    expect((await ask(elsewhere)).status).toBe(400);
    expect((await ask(body.status_url!.replace("/requests/", "/../requests/"))).status).toBe(400);
  });
});
