/** From one machine to many: what Redis adds to a request, and what a second process gives. */
import { createTurns } from "../../src/accounts/turns.ts";
import { createFalKeys } from "../../src/fal/keys.ts";
import { silent } from "../../src/log.ts";
import type { Counters } from "../../src/store/counters/counters.ts";
import { createMemoryCounters } from "../../src/store/counters/memory.ts";
import { createRedisCounters } from "../../src/store/counters/redis.ts";
import { redisMissing, redisServer, remembering } from "../store/counters/support.ts";
import { engines } from "../store/support.ts";
import { nginxMissing, startNginx } from "../support/nginx.ts";
import { figure, percentile, type Row } from "./figures.ts";
import { CLIENT_KEY, startGateway, startSandbox } from "./gateway.ts";
import { expectOk, load } from "./load.ts";
import { processorTime, type Server } from "./process.ts";

const ROUNDS = 7;
const REQUESTS = 2_000;
const PICTURES = 1_500;
const AT_ONCE = 64;

/** All that is counted for one paid call, in the order of the call. */
function counted(counters: Counters): (number: number) => Promise<void> {
  const keys = createFalKeys(["bench:secret"]);
  const turns = createTurns({ counters, keys, limit: 40, weightOf: () => 1 });
  const budget = { budget: "anna", amount: 25_000, most: 1e12, spent: async () => 0 };
  return async (number) => {
    const id = `call ${number}`;
    await counters.hit("anna", 1_000_000, 60_000);
    const place = await counters.seize("anna", 100);
    await counters.hold({ ...budget, id });
    const turn = await turns.take({ id, owner: "anna", survives: false });
    turn.release();
    // Told when the answer is out: nobody waits for these two.
    void counters.settle("anna", id, 25_000);
    void place!.release();
  };
}

/** Milliseconds that a request waits for them, one request after another. */
async function latency(counters: Counters): Promise<number[]> {
  const call = counted(counters);
  const rounds: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const times: number[] = [];
    for (let number = 0; number < REQUESTS; number++) {
      const before = performance.now();
      await call(round * REQUESTS + number);
      times.push(performance.now() - before);
    }
    if (round >= 0) rounds.push(percentile(times, 50));
  }
  return rounds;
}

export async function redisLatency(): Promise<Row[]> {
  if (redisMissing) return [];
  const redis = await redisServer();
  const counters = await createRedisCounters({ url: await remembering(redis.url()), log: silent });
  const falgate = figure(await latency(counters));
  const bare = figure(await latency(createMemoryCounters()));
  await counters.close();
  await redis.kill();
  const name = "limits, hold and turn of a request on Redis";
  return [{ name, unit: "ms", falgate, bare, against: "the same in memory", target: 1 }];
}

interface Setup {
  url: string;
  gateways: readonly Server[];
}

/** Pictures a second, and microseconds of the busiest gateway's processor for each of all pictures. */
async function rate({ url, gateways }: Setup, round: number) {
  const headers = { authorization: `Bearer ${CLIENT_KEY}`, "content-type": "application/json" };
  const times = () => Promise.all(gateways.map(({ pid }) => processorTime(pid)));
  const [before, started] = [await times(), performance.now()];
  await load(PICTURES, AT_ONCE, (index) => {
    const body = JSON.stringify({ prompt: `round ${round}, the ${index}th`, model: "flux-dev" });
    return expectOk(`${url}/v1/images/generations`, { method: "POST", headers, body });
  });
  const seconds = (performance.now() - started) / 1000;
  const busy = (await times()).map((time, index) => time - before[index]!);
  return { rate: PICTURES / seconds, cost: (Math.max(...busy) / PICTURES) * 1e6 };
}

export async function twoProcesses(): Promise<Row[]> {
  const postgres = engines.find(({ name }) => name === "PostgreSQL");
  if (redisMissing || nginxMissing || !postgres) return [];
  const redis = await redisServer();
  await using sandbox = await startSandbox();
  const place = await postgres.fresh();
  const env = {
    DATABASE_URL: place.options.url!,
    REDIS_URL: await remembering(redis.url()),
    MAX_CONCURRENCY: "1000",
    LOG_LEVEL: "warn",
  };
  const shared = [await startGateway(sandbox.url, env), await startGateway(sandbox.url, env)];
  await using alone = await startGateway(sandbox.url, { LOG_LEVEL: "warn" });
  const front = async (gateways: readonly Server[]) => {
    const nginx = await startNginx(gateways.map(({ url }) => url));
    return { ...nginx, gateways };
  };
  const setups = [await front(shared), await front(shared.slice(0, 1)), await front([alone])];
  const found = setups.map((): { rate: number; cost: number }[] => []);
  for (let round = -1; round < ROUNDS; round++) {
    for (const [index, setup] of setups.entries()) {
      const measured = await rate(setup, round);
      if (round >= 0) found[index]!.push(measured);
    }
  }
  for (const { stop } of setups) await stop();
  for (const gateway of shared) await gateway[Symbol.asyncDispose]();
  await redis.kill();
  const [two, one, lone] = found.map((rounds) => ({
    rate: figure(rounds.map(({ rate }) => rate)),
    cost: figure(rounds.map(({ cost }) => cost)),
  }));
  const same = "one, on the same PostgreSQL and Redis";
  const other = "one, on SQLite and memory";
  const rates = { name: "two processes behind nginx", unit: "pictures/s", falgate: two!.rate };
  const costs = { name: "CPU of the busiest of two, a picture", unit: "µs", falgate: two!.cost };
  return [
    { ...rates, bare: one!.rate, against: same },
    { ...rates, bare: lone!.rate, against: other },
    { ...costs, bare: one!.cost, against: same },
    { ...costs, bare: lone!.cost, against: other },
  ];
}
