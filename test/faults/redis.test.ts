/** The release binary while its Redis dies, stays away and comes back. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import { fastFal } from "../support/fal.ts";
import { asBinary, type Running } from "../support/gateway.ts";
import { ADMIN_KEY, bearer, makeKey } from "../support/keys.ts";
import {
  redisMissing,
  type RedisServer,
  redisServer,
  remembering,
  until,
} from "../store/counters/support.ts";

setDefaultTimeout(60_000);

const PICTURES = "/v1/images/generations";

describe.skipIf(redisMissing !== undefined)("Redis", () => {
  let redis: RedisServer;
  let gateway: Running;
  beforeAll(async () => {
    redis = await redisServer();
    const env = { REDIS_URL: await remembering(redis.url()), MAX_CONCURRENCY: "4", ADMIN_KEY };
    gateway = await asBinary({ env, fal: fastFal() });
  });
  afterAll(async () => {
    await gateway?.stop();
    await redis?.kill();
  });

  const post = (path: string, key: string, body: object) =>
    gateway.fetch(path, {
      method: "POST",
      headers: { ...bearer(key), "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  const draw = (key: string, prompt: string) => post(PICTURES, key, { prompt });
  const said = (message: string) => gateway.log().some((line) => line.message === message);

  test("a stream goes on, limits are counted here, budgets are closed, and all of it comes back", async () => {
    const [free, narrow, poor] = [
      await makeKey(gateway, { name: "free" }),
      await makeKey(gateway, { name: "narrow", rpm: 2 }),
      await makeKey(gateway, { name: "poor", budget: "1usd" }),
    ];
    expect((await draw(poor, "while all is well")).status).toBe(200);
    gateway.fal.update({ chunkTime: 100 });
    const stream = await post("/v1/chat/completions", free, {
      ...{ model: "openai/gpt-4o", stream: true },
      messages: [{ role: "user", content: "Tell a long story." }],
    });
    expect(stream.status).toBe(200);
    await redis.kill();

    expect((await draw(free, "without Redis")).status).toBe(200);
    const limited = [];
    for (const prompt of ["a", "b", "c"]) limited.push((await draw(narrow, prompt)).status);
    expect(limited).toEqual([200, 200, 429]);
    const refused = await draw(poor, "who knows what is left");
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("2");
    expect(await refused.json()).toMatchObject({ error: { code: "counters_unavailable" } });
    expect(await stream.text()).toEndWith("data: [DONE]\n\n");
    expect(said("Redis is lost: limits are counted in this process, budgets are closed")).toBe(
      true,
    );

    await redis.start();
    await until(() => said("Redis is back"));
    expect((await draw(poor, "all is well again")).status).toBe(200);
    expect((await draw(narrow, "a new window")).status).toBe(200);
    // The lost Redis knew nothing that the books do not know.
    const usage = await gateway.fetch("/v1/usage", { headers: bearer(poor) });
    const { budget } = (await usage.json()) as { budget: { spent_usd: number } };
    expect(budget.spent_usd).toBeGreaterThan(0);
  });

  test("a frozen one is given up, and nobody is refused for it", async () => {
    const free = await makeKey(gateway, { name: "patient" });
    redis.freeze();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => draw(free, `${index}`)),
    );
    redis.thaw();
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200));
  });
});
