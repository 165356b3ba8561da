/** One key on two instances that share PostgreSQL and Redis: its limits are one. */
import { afterAll, describe, expect, test } from "bun:test";
import { until } from "../support/clients.ts";
import { fastFal } from "../support/fal.ts";
import { asBinary, type Running } from "../support/gateway.ts";
import { ADMIN_KEY, administrate, bearer, makeKey } from "../support/keys.ts";
import { redisMissing, sharedRedis } from "../store/counters/support.ts";
import { engines, tidy } from "../store/support.ts";

const postgres = engines.find(({ name }) => name === "PostgreSQL");

describe.skipIf(!postgres || redisMissing !== undefined)("two instances", () => {
  const running: Running[] = [];
  afterAll(async () => {
    await Promise.all(running.map((gateway) => gateway.stop()));
    tidy();
  });

  async function two(): Promise<readonly [Running, Running]> {
    const { options } = await postgres!.fresh();
    const shared = {
      DATABASE_URL: options.url!,
      REDIS_URL: (await sharedRedis()).url(),
      ADMIN_KEY,
    };
    const fal = fastFal();
    const started = await Promise.all([
      asBinary({ env: shared, fal }),
      asBinary({ env: shared, fal }),
    ]);
    running.push(...started);
    return started;
  }

  const draw = (gateway: Running, key: string, prompt: string) =>
    gateway.fetch("/v1/images/generations", {
      method: "POST",
      headers: { ...bearer(key), "content-type": "application/json" },
      body: JSON.stringify({ prompt }),
    });

  test("allow twenty a minute in all, and three at once in all", async () => {
    const gateways = await two();
    const each = (key: string, count: number, words: string) =>
      Promise.all(
        Array.from({ length: count }, (_, index) =>
          draw(gateways[index % 2]!, key, `${words} ${index}`),
        ),
      );
    const allowed = (answers: Response[]) => answers.filter(({ status }) => status === 200).length;

    const hasty = await makeKey(gateways[0], { name: "hasty", rpm: 20 });
    const many = await each(hasty, 60, "a cat");
    expect(allowed(many)).toBe(20);
    expect(new Set(many.map(({ status }) => status))).toEqual(new Set([200, 429]));
    const left = many.map(({ headers }) => headers.get("x-ratelimit-remaining-requests"));
    expect(new Set(left).size).toBe(20);

    const busy = await makeKey(gateways[1], { name: "busy", concurrency: 3 });
    expect(allowed(await each(busy, 12, "a dog [sandbox run=1s]"))).toBe(3);
    await until(async () => (await draw(gateways[0], busy, "a bird")).status === 200);
  });

  test("hear of a revoked key from each other", async () => {
    const [one, other] = await two();
    const key = await makeKey(one, { name: "anna" });
    expect((await draw(other, key, "a cat")).status).toBe(200);
    await administrate(one, "DELETE", "/anna");
    expect((await draw(one, key, "a cat")).status).toBe(401);
    await until(async () => (await draw(other, key, "a cat")).status === 401);
  });
});
