/** Wrong keys at the wire: after so many a minute, an address is not heard, and its neighbours are. */
import { afterEach, expect, test } from "bun:test";
import { asBinary, CLIENT_KEY, type Gateway } from "../support/gateway.ts";
import { ADMIN_KEY, bearer } from "../support/keys.ts";
import { error } from "../support/scenario.ts";

let gateway: Gateway;
afterEach(() => gateway.stop());

const ask = (path: string, key: string, from?: string) =>
  gateway.fetch(path, {
    headers: { ...bearer(key), ...(from === undefined ? {} : { "x-forwarded-for": from }) },
  });

test("an address is told by the proxy, its guesses counted on every path, and the log says so", async () => {
  gateway = await asBinary({ env: { MAX_FAILED_KEYS: "3", ADMIN_KEY } });
  const paths = ["/v1/models", "/models", "/admin/keys", "/fal-ai/flux/dev", "/v1/models"];
  const told: number[] = [];
  for (const path of paths) told.push((await ask(path, "sk-guess", "203.0.113.7")).status);
  expect(told).toEqual([401, 401, 401, 429, 429]);
  const refused = await ask("/v1/models", CLIENT_KEY, "203.0.113.7");
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toMatch(/^([1-5]?\d|60)$/);
  expect(await refused.json()).toEqual(
    error(/^Too many wrong keys came from your address/, "rate_limit_error", "rate_limit_exceeded"),
  );
  expect((await ask("/v1/models", CLIENT_KEY, "203.0.113.8")).status).toBe(200);
  expect((await ask("/v1/models", CLIENT_KEY)).status).toBe(200);
  expect(
    (await gateway.fetch("/healthz", { headers: { "x-forwarded-for": "203.0.113.7" } })).status,
  ).toBe(200);
  const warnings = gateway.log().filter(({ level }) => level === "warn");
  expect(warnings).toMatchObject([
    { message: "too many wrong keys, an address is not heard for now", address: "203.0.113.7" },
  ]);
  expect(JSON.stringify(gateway.log())).not.toContain("sk-guess");
});

test("an address that a stranger makes up is not believed", async () => {
  gateway = await asBinary({ env: { MAX_FAILED_KEYS: "2", TRUSTED_PROXIES: "192.0.2.1" } });
  const told: number[] = [];
  for (const from of ["203.0.113.1", "203.0.113.2", "203.0.113.3"]) {
    told.push((await ask("/v1/models", "sk-guess", from)).status);
  }
  expect(told).toEqual([401, 401, 429]);
});

test("without that limit every wrong key is just wrong", async () => {
  gateway = await asBinary({ env: { MAX_FAILED_KEYS: "0" } });
  for (let time = 0; time < 50; time++) {
    expect((await ask("/v1/models", "sk-guess")).status).toBe(401);
  }
});
