/** A Redis that dies, freezes, forgets or comes back: what each limit does meanwhile, and after. */
import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { CountersLost } from "../../../src/store/counters/counters.ts";
import { createRedisCounters } from "../../../src/store/counters/redis.ts";
import { silent } from "../../../src/log.ts";
import { listening } from "../support.ts";
import {
  redisCounters,
  redisMissing,
  type RedisServer,
  redisServer,
  remembering,
  tidy,
  until,
} from "./support.ts";

setDefaultTimeout(30_000);

let redis: RedisServer;
beforeAll(async () => {
  if (!redisMissing) redis = await redisServer();
});
afterAll(async () => {
  await tidy();
  await redis?.kill();
});

const spending = (amount: number) => async () => amount;
const onRedis = test.skipIf(redisMissing !== undefined);

onRedis("a lost Redis leaves limits open and counted, and budgets closed", async () => {
  const { log, lines } = listening();
  const counters = await redisCounters(redis.url(), log);
  const order = { budget: "anna", id: "a", amount: 60, most: 100, spent: spending(0) };
  expect(await counters.hold(order)).toBe(true);
  const held = await counters.seize("anna", 2);
  await redis.kill();

  const hits = [];
  for (let call = 0; call < 5; call++) hits.push(await counters.hit("anna", 3, 60_000));
  expect(hits.map(({ allowed }) => allowed)).toEqual([true, true, true, false, false]);
  expect(await counters.seize("anna", 2)).toBeDefined();
  expect(await counters.seize("anna", 2)).toBeUndefined();
  await held!.release();
  expect(await counters.seize("anna", 2)).toBeDefined();
  const refused = counters.hold({ ...order, id: "b", amount: 1 });
  expect(refused).rejects.toBeInstanceOf(CountersLost);
  // What ends meanwhile is settled when it can be.
  await counters.settle("anna", "a", 10);

  await redis.start();
  await until(() => lines.some(({ message }) => message === "Redis is back"));
  expect(lines.map(({ level, message }) => `${level} ${message}`)).toEqual([
    "error Redis is lost: limits are counted in this process, budgets are closed",
    "info Redis is back",
  ]);
  // It has forgotten everything: the books know what was spent, this process what it holds.
  expect(await counters.seize("anna", 2)).toBeUndefined();
  const books = { ...order, spent: spending(10) };
  expect(await counters.hold({ ...books, id: "c", amount: 91 })).toBe(false);
  expect(await counters.hold({ ...books, id: "c", amount: 90 })).toBe(true);
});

onRedis("a Redis that forgot is told of every hold before it grants a new one", async () => {
  const url = await remembering(redis.url());
  const [one, two] = [await redisCounters(url), await redisCounters(url)];
  const order = { budget: "anna", amount: 60, most: 100, spent: spending(0) };
  expect(await one.hold({ ...order, id: "a" })).toBe(true);
  const client = new Bun.RedisClient(url);
  await client.send("FLUSHDB", []);
  client.close();
  // The other instance asks at once, when only the first knows what is held.
  expect(await two.hold({ ...order, id: "b" })).toBe(false);
  expect(await two.hold({ ...order, id: "b", amount: 40 })).toBe(true);
});

onRedis("a frozen Redis is given up within seconds, and taken back when it moves", async () => {
  const { log, lines } = listening();
  const counters = await redisCounters(redis.url(), log);
  await counters.hit("anna", 3, 60_000);
  redis.freeze();
  expect((await counters.hit("anna", 3, 60_000)).remaining).toBe(2);
  redis.thaw();
  await until(() => lines.some(({ message }) => message === "Redis is back"));
  expect((await counters.hit("anna", 3, 60_000)).remaining).toBeLessThan(2);
});

onRedis("what is published while Redis is lost is heard when it is back", async () => {
  const url = redis.url();
  const { log, lines } = listening();
  const [one, two] = [await redisCounters(url, log), await redisCounters(url)];
  const heard: string[] = [];
  let rejoined = 0;
  two.subscribe("keys", (text) => heard.push(text));
  two.onRejoin(() => (rejoined += 1));
  await redis.kill();
  await until(() => lines.length > 0);
  await one.publish("keys", "revoked");
  await redis.start();
  await until(() => rejoined > 0 && lines.length > 1);
  // One of the two brings it: the word itself, or the look at everything that rejoining asks for.
  expect(rejoined).toBe(1);
  await one.publish("keys", "and on");
  await until(() => heard.includes("and on"));
});

onRedis("what a dead instance held comes back, what survives it is taken over", async () => {
  const url = await remembering(redis.url());
  const [dead, alive] = [await redisCounters(url), await redisCounters(url)];
  const order = { budget: "anna", most: 100, spent: spending(0) };
  await dead.seize("anna", 1);
  await dead.hold({ ...order, id: "gone", amount: 50 });
  await dead.hold({ ...order, id: "task", amount: 50, survives: true });
  await dead.close();
  expect(await alive.seize("anna", 1)).toBeUndefined();
  // Time passes: the leases end, as Redis's clock has it.
  await advance(url, 11_000);
  expect(await alive.seize("anna", 1)).toBeDefined();
  expect(await alive.hold({ ...order, id: "new", amount: 51 })).toBe(false);
  expect(await alive.hold({ ...order, id: "new", amount: 50 })).toBe(true);
  // The task goes on here, and is settled here.
  expect(await alive.hold({ ...order, id: "task", amount: 50, most: Infinity })).toBe(true);
  await alive.settle("anna", "task", 20);
  expect(await alive.hold({ ...order, id: "last", amount: 30 })).toBe(true);
});

onRedis("who was slow to settle is heard although its lease has ended", async () => {
  const url = await remembering(redis.url());
  const [slow, other] = [await redisCounters(url), await redisCounters(url)];
  const order = { budget: "anna", most: 100, spent: spending(0) };
  await slow.hold({ ...order, id: "a", amount: 50 });
  await slow.close();
  await advance(url, 11_000);
  await other.hold({ ...order, id: "b", amount: 10 });
  await other.settle("anna", "a", 45);
  expect(await other.hold({ ...order, id: "c", amount: 46 })).toBe(false);
  expect(await other.hold({ ...order, id: "c", amount: 45 })).toBe(true);
});

onRedis("a clock that was set back keeps nobody out", async () => {
  const url = redis.url();
  const counters = await redisCounters(url);
  await counters.hit("anna", 1, 60_000);
  const client = new Bun.RedisClient(url);
  // The only call is an hour ahead, as after an hour's correction.
  await client.send("LSET", ["falgate:window:anna", "0", String(Date.now() + 3_600_000)]);
  client.close();
  expect((await counters.hit("anna", 1, 60_000)).allowed).toBe(true);
  expect((await counters.hit("anna", 1, 60_000)).allowed).toBe(false);
});

onRedis("Redis may forget its scripts", async () => {
  const url = redis.url();
  const counters = await redisCounters(url);
  await counters.hit("anna", 2, 60_000);
  const client = new Bun.RedisClient(url);
  await client.send("SCRIPT", ["FLUSH"]);
  client.close();
  expect((await counters.hit("anna", 2, 60_000)).remaining).toBe(0);
});

onRedis("an address where no Redis answers is refused at the start", async () => {
  const url = "redis://:secret@127.0.0.1:1/0";
  expect(createRedisCounters({ url, log: silent })).rejects.toThrow();
});

onRedis("it says where it counts, without the password", async () => {
  const url = redis.url();
  const counters = await redisCounters(url.replace("redis://", "redis://default@"));
  expect(counters.where).toBe(url);
});

const LANES = { limit: 1, lanes: () => ["one"] };

onRedis("a line goes on in each process while Redis is lost, and together after", async () => {
  const url = redis.url();
  const { log, lines } = listening();
  const [one, two] = [await redisCounters(url, log), await redisCounters(url, log)];
  const [first, second] = [one.line("turns", LANES), two.line("turns", LANES)];
  const running = await first.take({ id: "a1", owner: "a" });
  const waits = ["a2", "a3"].map((id) => first.take({ id, owner: "a" }));
  const other = second.take({ id: "b1", owner: "b" });
  await Bun.sleep(50);
  expect([first.counts(), second.counts()]).toEqual([
    { waiting: 2, taken: 1 },
    { waiting: 1, taken: 0 },
  ]);
  await redis.kill();
  // Each process has the limit to itself: the second one's is free.
  const alone = await other;
  running.release();
  const next = await waits[0]!;
  expect(first.counts()).toEqual({ waiting: 1, taken: 1 });

  await redis.start();
  await until(() => lines.filter(({ message }) => message === "Redis is back").length === 2);
  const late = second.take({ id: "b2", owner: "b" });
  next.release();
  await Bun.sleep(100);
  // One more than the limit is under way, and so nobody is next before it has ended.
  expect([first.counts(), second.counts()]).toEqual([
    { waiting: 1, taken: 0 },
    { waiting: 1, taken: 1 },
  ]);
  alone.release();
  const served = await Promise.race([waits[1]!, late]);
  expect(first.counts().taken + second.counts().taken).toBe(1);
  served.release();
  for (const spot of await Promise.all([waits[1]!, late])) spot.release();
});

onRedis("a line that Redis has forgotten is made anew by those who wait", async () => {
  const url = redis.url();
  const [one, two] = [await redisCounters(url), await redisCounters(url)];
  const [first, second] = [one.line("turns", LANES), two.line("turns", LANES)];
  const running = await first.take({ id: "a1", owner: "a" });
  const waits = [first.take({ id: "a2", owner: "a" }), second.take({ id: "b1", owner: "b" })];
  await Bun.sleep(50);
  const client = new Bun.RedisClient(url);
  await client.send("FLUSHDB", []);
  client.close();
  await Bun.sleep(2500);
  running.release();
  const served = await Promise.race(waits);
  expect(first.counts().taken + second.counts().taken).toBe(1);
  served.release();
  for (const spot of await Promise.all(waits)) spot.release();
});

onRedis(
  "a dead instance leaves the line, and gives back the spots that nobody takes over",
  async () => {
    const url = redis.url();
    const [dead, alive] = [await redisCounters(url), await redisCounters(url)];
    const options = { limit: 2, lanes: () => ["one"] };
    const [first, second] = [dead.line("turns", options), alive.line("turns", options)];
    await first.take({ id: "gone", owner: "a" });
    await first.take({ id: "task", owner: "a", survives: true });
    void first.take({ id: "waits", owner: "a" });
    await Bun.sleep(20);
    const [b1, b2] = [second.take({ id: "b1", owner: "b" }), second.take({ id: "b2", owner: "b" })];
    await dead.close();
    await Bun.sleep(50);
    expect(second.counts()).toEqual({ waiting: 2, taken: 0 });
    await advance(url, 11_000);
    (await b1).release();
    // The task's spot is not free yet: it is taken over, and then given back.
    const spot = await b2;
    const task = second.occupy({ id: "task", lane: "one", survives: true });
    const last = second.take({ id: "b3", owner: "b" });
    await Bun.sleep(100);
    expect(second.counts()).toEqual({ waiting: 1, taken: 2 });
    task.release();
    (await last).release();
    spot.release();
  },
);

/** Leases end as if that many milliseconds had passed; who does not beat any more is dead. */
async function advance(url: string, ms: number): Promise<void> {
  const client = new Bun.RedisClient(url);
  for (const key of (await client.send("KEYS", ["*"])) as string[]) {
    if (key.startsWith("falgate:live:")) await client.del(key);
    if (!/(:leases|:taken)$|^falgate:places:/.test(key)) continue;
    const members = (await client.send("ZRANGE", [key, "0", "-1"])) as string[];
    for (const member of members) await client.send("ZINCRBY", [key, String(-ms), member]);
  }
  client.close();
}
