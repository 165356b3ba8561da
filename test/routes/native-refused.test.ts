/** Bad input by each way to fal's own API: refused in fal's words or OpenAI's, and nothing is sent upstream. */
import { expect, test } from "bun:test";
import { invalid } from "../support/scenario.ts";
import { CLIENT_KEY, inProcess } from "../support/gateway.ts";
import { expectNoClientKey, natively, type NativeScenario } from "../native/support.ts";

const INPUT = { prompt: "a cat" };

const refused = (
  name: string,
  send: NativeScenario["send"],
  status: number,
  more: Partial<NativeScenario["expect"]> = {},
): NativeScenario => ({ name, send, expect: { status, ...more } });

const nowhere = (path: string, method = "POST"): NativeScenario => {
  const message = `There is no ${method} ${path.replace(/^\/(queue|run)(?=\/)/, "").split("?")[0]} here.`;
  const send = { path, method, ...(method === "POST" ? { body: INPUT } : {}) };
  return refused(`${method} ${path}`, send, 404, { body: { detail: message, message } });
};

/** Names of applications that lead out of the place where names belong, or could. */
const NAMES = [
  "/fal-ai/flux%2fdev",
  "/fal-ai/flux%2Fdev",
  "/fal-ai/..%2f..%2fother",
  "/fal-ai/flux%5cdev",
  "/fal-ai/%2e%2e%2fadmin",
  "/fal-ai/fl%75x",
  "/fal-ai//dev",
  "/fal-ai/flux;x=1/dev",
  "/fal-ai/flux@evil.example/dev",
  "/fal-ai/flux:80/dev",
  "/fal-ai/.hidden",
  "/fal-ai/flux%00/dev",
  "/fal-ai/flux%0d%0aX-Evil:%201",
  "/fal-ai/%E2%80%AEflux",
  "/fal-ai/%ff",
  "/fal-ai",
];

natively("names that are none", [
  ...NAMES.map((name) => nowhere(`/queue${name}`)),
  ...NAMES.map((name) => nowhere(`/run${name}`)),
  ...NAMES.filter((name) => name.split("/").length > 2).map((name) => nowhere(name)),
  nowhere("/fal-ai/flux/requests/a%2fb/status", "GET"),
  nowhere("/fal-ai/flux/requests/..%2f..%2fx", "GET"),
  nowhere("/fal-ai/flux/requests/one/nothing", "GET"),
  nowhere(`/fal-ai/flux/requests/${"x".repeat(129)}`, "GET"),
]);

natively("paths that are resolved before anyone sees them stay under their own host", [
  // A URL's dot segments are gone when it is parsed, by the client or by the server.
  refused("two levels up", { path: "/queue/../../v1/nothing", body: INPUT }, 404, {
    body: invalid("There is no POST /v1/nothing here.", null, "unknown_url"),
  }),
  refused("encoded dots", { path: "/queue/fal-ai/%2e%2e/%2e%2e/healthz", body: INPUT }, 405, {
    text: /POST is not allowed on \/healthz/,
  }),
]);

const NOT_JSON = {
  detail: [{ loc: ["body"], msg: "the body is not valid JSON", type: "json_invalid" }],
  message: "the body is not valid JSON",
};

natively(
  "bodies",
  ["/fal-ai/flux/dev", "/queue/fal-ai/flux/dev", "/run/fal-ai/flux/dev"].flatMap((path) => [
    ...['{"prompt":', "prompt=a", "\0", "{'prompt': 'a'}", "NaN"].map((body) =>
      refused(`${JSON.stringify(body)} for ${path}`, { path, body }, 422, { body: NOT_JSON }),
    ),
    refused(
      `bytes that are no text for ${path}`,
      { path, body: new Uint8Array([0xff, 0xfe, 0x00]), headers: { "content-type": "text/plain" } },
      422,
      { body: NOT_JSON },
    ),
  ]),
);

const LARGE = "x".repeat(2_100_000);
const TOO_LARGE = "The request body is larger than 2 MB.";

natively(
  "over the limit",
  ["/fal-ai/flux/dev", "/run/fal-ai/flux/dev", "/queue/fal-ai/flux/dev"].map((path) =>
    refused(path, { path, body: { image_url: LARGE } }, 413, { text: new RegExp(TOO_LARGE) }),
  ),
  { env: { MAX_UPLOAD_SIZE: "2" } },
);

const LONG = "a".repeat(65_536);
const WORDS = "The request's address and headers are longer than 32 KB.";

natively("a head of 64 KB", [
  ...["/fal-ai/flux/dev", "/queue/fal-ai/flux/dev", "/run/fal-ai/flux/dev", "/api/fal/proxy"].map(
    (path) =>
      refused(
        `for ${path}`,
        { path, body: INPUT, headers: { "x-fal-object-lifecycle-preference": LONG } },
        431,
        { text: new RegExp(`"detail":"${WORDS}","message":"${WORDS}"`) },
      ),
  ),
  refused(
    "as a target",
    {
      path: "/api/fal/proxy",
      body: INPUT,
      headers: { "x-fal-target-url": `https://queue.fal.run/${LONG}` },
    },
    431,
  ),
  refused("as a query", { path: `/fal-ai/flux/dev?a=${LONG}`, body: INPUT }, 431),
  refused(
    "for a picture",
    { path: "/v1/images/generations", body: INPUT, headers: { "x-a": LONG } },
    431,
    {
      body: invalid(WORDS, null, "headers_too_large"),
    },
  ),
]);

natively("keys", [
  ...[null, "Key wrong", "Bearer wrong", "Key fal-id:fal-secret", "Basic c2s=", ""].map((given) =>
    refused(
      `${given} as authorization`,
      { path: "/fal-ai/flux/dev", body: INPUT, headers: { authorization: given } },
      401,
      { text: /"detail":".*[Kk]ey/ },
    ),
  ),
]);

natively("methods", [
  refused("GET of an application", { path: "/fal-ai/flux/dev" }, 405),
  refused("DELETE of a result", { path: "/fal-ai/flux/requests/one", method: "DELETE" }, 405),
  refused("POST of a result", { path: "/fal-ai/flux/requests/one", body: {} }, 405),
  refused("GET of a cancellation", { path: "/fal-ai/flux/requests/one/cancel" }, 405),
]);

natively("webhooks that may not be called", [
  ...[
    "nonsense",
    "ftp://example.com/",
    "http://user:pass@example.com/",
    "http://127.0.0.1/",
    "http://[::1]:80/",
    "http://169.254.169.254/latest/meta-data",
    "http://0x7f.1/",
    "http://2130706433/",
    "http://localhost/",
    "http://10.0.0.1/",
    "http://[::ffff:10.0.0.1]/",
  ].map((webhook) =>
    refused(
      webhook,
      { path: `/fal-ai/flux/dev?fal_webhook=${encodeURIComponent(webhook)}`, body: INPUT },
      422,
      { text: /^\{"detail":\[\{"loc":\["query","fal_webhook"\],"msg":"must / },
    ),
  ),
]);

test("after all of it the process answers as before", async () => {
  const gateway = await inProcess();
  const headers = { authorization: `Key ${CLIENT_KEY}` };
  for (const name of NAMES) await gateway.fetch(name, { method: "POST", headers, body: "{" });
  const response = await gateway.fetch("/fal-ai/flux/dev", {
    ...{ method: "POST", headers, body: JSON.stringify(INPUT) },
  });
  expect(response.status).toBe(200);
  expectNoClientKey(gateway);
  await gateway.stop();
});
