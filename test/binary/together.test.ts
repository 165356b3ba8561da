/** Two release binaries behind nginx, with PostgreSQL and Redis between them: they act as one. */
import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { fastFal, submitted } from "../support/fal.ts";
import { asBinary, type Running } from "../support/gateway.ts";
import { ADMIN_KEY, bearer, makeKey } from "../support/keys.ts";
import { type Nginx, nginxMissing, startNginx } from "../support/nginx.ts";
import { engines, tidy } from "../store/support.ts";
import { redisMissing, remembering, sharedRedis, until } from "../store/counters/support.ts";

setDefaultTimeout(180_000);

const postgres = engines.find(({ name }) => name === "PostgreSQL");
const missing = nginxMissing ?? redisMissing ?? (postgres ? undefined : "no PostgreSQL here");
if (missing) console.log(`two gateways are not tried together: ${missing}`);

const LIMIT = 4;
const PICTURES = "/v1/images/generations";

describe.skipIf(missing !== undefined)("two gateways", () => {
  let fal: Sandbox;
  let gateways: readonly [Running, Running];
  let nginx: Nginx;

  beforeAll(async () => {
    fal = fastFal();
    const place = await postgres!.fresh();
    const redis = await remembering((await sharedRedis()).url());
    const env = {
      ...{ DATABASE_URL: place.options.url!, REDIS_URL: redis, MAX_CONCURRENCY: String(LIMIT) },
      ...{ API_KEY: "anna,bert", ADMIN_KEY },
    };
    // One after the other: they share a sandbox, which only the last may stop.
    const start = () => asBinary({ env, fal });
    gateways = [await start(), await start()];
    nginx = await startNginx(gateways.map(({ url }) => url));
  });
  afterAll(async () => {
    await nginx?.stop();
    for (const gateway of gateways ?? []) await gateway.stop();
    await tidy();
  });

  const at = (url: string, path: string, key: string, body?: object, method = "POST") =>
    fetch(url + path, {
      method: body ? method : "GET",
      headers: { ...bearer(key), "content-type": "application/json" },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
  const post = (path: string, key: string, body: object) => at(nginx.url, path, key, body);
  const draw = (key: string, prompt: string) =>
    post(PICTURES, key, { model: "fal-ai/flux/dev", prompt });
  const make = (said: Record<string, unknown>) => makeKey(gateways[0], said);
  const count = (statuses: readonly number[], status: number) =>
    statuses.filter((each) => each === status).length;
  const all = async (answers: readonly Promise<Response>[]) =>
    (await Promise.all(answers)).map(({ status }) => status);

  test("say at start what they are connected to, and no password", () => {
    for (const gateway of gateways) {
      const line = gateway.log().find(({ message }) => message === "falgate is listening");
      expect(line).toMatchObject({
        store: expect.stringMatching(/^PostgreSQL /),
        counters: expect.stringMatching(/^redis:\/\/127\.0\.0\.1:\d+\/\d+$/),
      });
    }
  });

  test("a limit of 60 is 60 in all", async () => {
    const key = await make({ name: "hasty", rpm: 60 });
    fal.reset();
    const statuses = await all(
      Array.from({ length: 150 }, (_, index) => draw(key, `hasty ${index}`)),
    );
    expect([count(statuses, 200), count(statuses, 429)]).toEqual([60, 90]);
    expect(submitted(fal)).toHaveLength(60);
  });

  test("a concurrency of 3 is 3 in all", async () => {
    const key = await make({ name: "narrow", concurrency: 3 });
    // Longer than the last of them may take to arrive.
    fal.update({ runTime: 4000 });
    const statuses = await all(
      Array.from({ length: 20 }, (_, index) => draw(key, `narrow ${index}`)),
    );
    fal.update({ runTime: 0 });
    expect([count(statuses, 200), count(statuses, 429)]).toEqual([3, 17]);
  });

  test("fal never has more than MAX_CONCURRENCY of them, and a new key's first is next", async () => {
    fal.reset();
    fal.update({ runTime: 20 });
    const batch = Array.from({ length: 80 }, (_, index) => draw("anna", `anna ${index}`));
    await until(() => submitted(fal).length > 8);
    const before = submitted(fal).length;
    const late = draw("bert", "bert");
    const statuses = await all([...batch, late]);
    fal.update({ runTime: 0 });
    expect(count(statuses, 200)).toBe(81);
    expect(fal.busiest()).toEqual({ "fal-id:fal-secret": LIMIT });
    const place = submitted(fal).findIndex(
      ({ body }) => (body as { prompt: string }).prompt === "bert",
    );
    expect(place - before).toBeLessThan(3 * LIMIT);
  });

  test("a budget is spent to its end and not passed, and what is booked is what fal billed", async () => {
    const price = 0.025;
    const key = await make({ name: "poor", budget: `${price * 10}usd/month` });
    fal.reset();
    const statuses = await all(
      Array.from({ length: 40 }, (_, index) => draw(key, `poor ${index}`)),
    );
    expect([count(statuses, 200), count(statuses, 402)]).toEqual([10, 30]);
    expect(submitted(fal)).toHaveLength(10);
    const billed = fal.billed.reduce((sum, { cost }) => sum + cost, 0);
    expect(billed).toBeCloseTo(price * 10, 9);
  });

  test("a key revoked on one is dead there at once, and on the other soon", async () => {
    const key = await make({ name: "gone" });
    const [one, two] = gateways;
    const models = (gateway: Running) => at(gateway.url, "/v1/models", key);
    expect((await models(two)).status).toBe(200);
    const { data: keys } = (await (await at(one.url, "/admin/keys", ADMIN_KEY)).json()) as {
      data: { id: string; name: string }[];
    };
    const { id } = keys.find(({ name }) => name === "gone")!;
    const revoked = await at(one.url, `/admin/keys/${id}`, ADMIN_KEY, {}, "DELETE");
    expect(revoked.status).toBeLessThan(300);
    expect((await models(one)).status).toBe(401);
    await until(async () => (await models(two)).status === 401, 5_000);
  });

  test("one is killed in the middle: its tasks end on the other, once each, and nothing is stuck", async () => {
    fal.reset();
    fal.update({ runTime: 1500 });
    const [dying, living] = gateways;
    const key = await make({ name: "filmer", budget: "1000usd/month" });
    const tasks = await Promise.all(
      Array.from({ length: 10 }, async (_, index) => {
        const body = { model: "veo3", prompt: `film ${index}` };
        const made = await at(dying.url, "/v1/videos", key, body);
        return ((await made.json()) as { id: string }).id;
      }),
    );
    await until(() => submitted(fal).length >= LIMIT);
    dying.process.kill("SIGKILL");
    await dying.process.exited;
    // Whoever comes now is served, as soon as there is room.
    const next = at(living.url, PICTURES, "bert", { model: "fal-ai/flux/dev", prompt: "next" });
    const ended = async (id: string) => {
      const answer = await at(living.url, `/v1/videos/${id}`, key);
      const { status } = (await answer.json()) as { status: string };
      expect(["queued", "in_progress", "completed"]).toContain(status);
      return status === "completed";
    };
    // Another takes them over when their leases have lapsed, and fal takes a few at a time.
    for (const id of tasks) await until(() => ended(id), 120_000);
    expect((await next).status).toBe(200);
    const films = submitted(fal).filter(({ path }) => path.includes("veo3"));
    expect(films).toHaveLength(tasks.length);
    expect(fal.busiest()["fal-id:fal-secret"]).toBeLessThanOrEqual(LIMIT);

    const billed = fal.billed.filter(({ endpoint }) => endpoint.includes("veo3"));
    const cost = billed.reduce((sum, each) => sum + each.cost, 0);
    const booked = async () => {
      const answer = await at(living.url, "/v1/usage", key);
      const { data } = (await answer.json()) as { data: { cost_usd: number }[] };
      return data.reduce((sum, { cost_usd }) => sum + cost_usd, 0);
    };
    await until(async () => Math.abs((await booked()) - cost) < 1e-6);
    // Every slot is free again: as many run at once as may.
    fal.reset();
    fal.update({ runTime: 300 });
    const statuses = await all(
      Array.from({ length: 8 }, (_, index) =>
        at(living.url, PICTURES, "anna", { model: "fal-ai/flux/dev", prompt: `free ${index}` }),
      ),
    );
    expect(count(statuses, 200)).toBe(8);
    expect(fal.busiest()).toEqual({ "fal-id:fal-secret": LIMIT });
  });
});
