/** What keys and their limits cost: a lookup among many, and a request under every limit. */
import { createKeyring } from "../../src/accounts/keyring.ts";
import { createLimiter } from "../../src/accounts/limiter.ts";
import { permitModel, permitRoute } from "../../src/accounts/permission.ts";
import { digest } from "../../src/accounts/presented.ts";
import type { Principal } from "../../src/accounts/principal.ts";
import { createMemoryCounters } from "../../src/store/counters/memory.ts";
import type { KeyRecord } from "../../src/store/keys/key.ts";
import { type Figure, figure, type Row } from "./figures.ts";

const ROUNDS = 7;
const TIMES = 100_000;
const MANY = 10_000;

/** Microseconds of processor time a time; the first rounds are the compiler's. */
async function cost(work: () => unknown): Promise<Figure> {
  const rounds: number[] = [];
  for (let round = -2; round < ROUNDS; round++) {
    const before = process.cpuUsage();
    for (let time = 0; time < TIMES; time++) {
      const done = work();
      if (done instanceof Promise) await done;
    }
    const { user, system } = process.cpuUsage(before);
    if (round >= 0) rounds.push((user + system) / TIMES);
  }
  return figure(rounds);
}

async function lookup(count: number): Promise<Figure> {
  const records = Array.from({ length: count }, (_, index): KeyRecord => ({
    ...{ id: `key_${index}`, name: `client ${index}`, hash: digest(`sk-${index}`) },
    ...{ prefix: "sk-", createdAt: 0, expiresAt: 4e12, expiredAt: null, revokedAt: null },
    ...{ limits: { rpm: 60 }, revision: index + 1 },
  }));
  const changedSince = async () => records;
  const keyring = createKeyring({ store: { changedSince, expire: async () => {} } });
  await keyring.refresh();
  const headers = { authorization: `Bearer sk-${count - 1}` };
  const request = new Request("http://localhost/v1/models", { headers });
  return cost(() => keyring.identify(request));
}

export async function lookups(): Promise<Row[]> {
  const [one, many] = [await lookup(1), await lookup(MANY)];
  const name = `a key among ${MANY.toLocaleString("en")}, CPU`;
  return [{ name, unit: "µs", falgate: many, bare: one, against: "the same with one key" }];
}

/** What `/v1/images/generations` resolves to. */
const MODEL = { id: "flux-dev", endpoints: [{ id: "fal-ai/flux/dev" }] };

export async function limits(): Promise<Row[]> {
  const limiter = createLimiter(createMemoryCounters());
  const pass = (caller: Principal) => async () => {
    permitRoute(caller, "/v1/images/generations");
    const passage = await limiter.enter(caller);
    permitModel(caller, MODEL);
    passage?.leave();
  };
  const limited = {
    // So many that each is let in, and the window holds as many as it may.
    ...{ rpm: 1_000_000, concurrency: 100_000 },
    models: ["veo3*", "gpt-image-*", "flux-*"],
    routes: ["/v1/chat/*", "/v1/images/*"],
  };
  const falgate = await cost(pass({ id: "key_1", name: "anna", limits: limited }));
  const bare = await cost(pass({ id: "key_2", name: "bob" }));
  const against = "the same for a key without limits";
  return [{ name: "all limits of a key, CPU", unit: "µs", falgate, bare, against, target: 60 }];
}
