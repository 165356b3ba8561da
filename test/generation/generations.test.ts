/** Which request joins which generation, in every order in which things can happen. */
import { beforeEach, describe, expect, test } from "bun:test";
import type { CancelPolicy } from "../../src/generation/call.ts";
import { createGenerations, type Generations } from "../../src/generation/generations.ts";
import type { Plan } from "../../src/generation/plan.ts";
import { createLog } from "../../src/log.ts";
import type { Endpoint } from "../../src/models/catalog.ts";
import { heldQueue, settle } from "../support/queue.ts";

const endpoint = (id: string) => ({ id, input: {}, output: "images" }) as unknown as Endpoint;

const plan = (prompt: string, calls = 1, ids = ["fal-ai/one"]): Plan => ({
  model: "one",
  endpoints: ids.map(endpoint),
  fit: () => ({
    calls: Array.from({ length: calls }, (_, index) => ({ input: { prompt, index }, pictures: 1 })),
    adjusted: [],
  }),
});

let held: ReturnType<typeof heldQueue>;
let generations: Generations;
let clock: number;
let warnings: string[];

function setUp(policy: CancelPolicy = "queued", size?: number): void {
  held = heldQueue();
  clock = 0;
  warnings = [];
  const log = createLog({
    level: "warn",
    format: "json",
    write: (line) => void warnings.push(line),
  });
  const streams = { open: () => Promise.reject(new Error("nothing here grows")) };
  const bound = size === undefined ? {} : { size };
  const now = () => clock;
  generations = createGenerations({ queue: held.queue, streams, policy, log, now, ...bound });
}
beforeEach(() => setUp());

interface More {
  retry?: boolean;
  idempotencyKey?: string;
  body?: string;
  owner?: string;
  plan?: Plan;
}

const begin = (prompt: string, { owner = "me", plan: given, body = prompt, ...more }: More = {}) =>
  generations.begin({
    owner,
    plan: given ?? plan(prompt),
    repetition: { retry: false, body, ...more },
  });

/** A client that waits, and can leave. */
function client(generation: ReturnType<typeof begin>, patience = 60_000) {
  const left = new AbortController();
  const wait = { signal: left.signal, patience };
  const outcome = generation.wait(wait).then(
    ({ results }) => results.map(({ output }) => output),
    (error: Error) => error.name,
  );
  return { wait, outcome, leave: () => left.abort() };
}

describe("leaving", () => {
  test("cancels what is queued, and whoever comes meanwhile starts anew", async () => {
    const first = begin("a cat");
    const gone = client(first);
    held.jobs[0]!.accept();
    await settle();
    gone.leave();
    await settle();
    expect(held.jobs[0]!.cancels.length).toBe(1);
    // fal has not answered the cancellation yet.
    const second = begin("a cat", { retry: true });
    expect(second).not.toBe(first);
    held.jobs[0]!.cancels[0]!.resolve(true);
    held.jobs[0]!.fail(499);
    held.jobs[1]!.accept();
    held.jobs[1]!.finish("picture");
    expect(await client(second).outcome).toEqual(["picture"]);
  });

  test("before fal has taken it, cancels only if nobody has come again", async () => {
    const first = begin("a cat");
    const gone = client(first);
    gone.leave();
    await settle();
    const second = begin("a cat", { retry: true });
    expect(second).toBe(first);
    const back = client(second);
    held.jobs[0]!.accept();
    await settle();
    expect(held.jobs[0]!.cancels).toEqual([]);
    held.jobs[0]!.finish("picture");
    expect(await back.outcome).toEqual(["picture"]);
    expect(held.jobs.length).toBe(1);
  });

  test("a cancellation that came too late leaves the picture to whoever asks again", async () => {
    const first = begin("a cat");
    const gone = client(first);
    held.jobs[0]!.accept();
    await settle();
    gone.leave();
    await settle();
    held.jobs[0]!.cancels[0]!.resolve(false);
    held.jobs[0]!.finish("picture");
    await settle();
    const again = begin("a cat");
    expect(again).toBe(first);
    expect(await client(again).outcome).toEqual(["picture"]);
  });

  test("a cancellation that failed is told in the log, and the generation can be joined", async () => {
    const first = begin("a cat");
    const gone = client(first);
    held.jobs[0]!.accept();
    await settle();
    gone.leave();
    await settle();
    held.jobs[0]!.cancels[0]!.reject(new Error("no answer"));
    await settle();
    expect(warnings.join()).toContain("a cancellation failed");
    expect(begin("a cat")).toBe(first);
  });

  test("a submission that is refused after its client has left is no failed cancellation", async () => {
    const gone = client(begin("a cat"));
    gone.leave();
    await settle();
    held.jobs[0]!.refuse(422);
    await settle();
    expect(warnings).toEqual([]);
    expect(generations.running()).toBe(0);
  });

  test("as one of two clients leaves it to the other", async () => {
    const first = begin("a cat");
    const [gone, stays] = [client(first), client(begin("a cat", { retry: true }))];
    held.jobs[0]!.accept();
    await settle();
    gone.leave();
    expect(await gone.outcome).toBe("AbortError");
    await settle();
    expect(held.jobs[0]!.cancels).toEqual([]);
    held.jobs[0]!.finish("picture");
    expect(await stays.outcome).toEqual(["picture"]);
  });

  test.each([
    ["queued", "queued", 1],
    ["queued", "started", 0],
    ["always", "queued", 1],
    ["always", "started", 1],
    ["never", "queued", 0],
    ["never", "started", 0],
  ] as const)("policy %s, %s: %i cancellation(s)", async (policy, state, cancels) => {
    setUp(policy);
    const gone = client(begin("a cat"));
    held.jobs[0]!.accept();
    if (state === "started") held.jobs[0]!.start();
    await settle();
    gone.leave();
    await settle();
    expect(held.jobs[0]!.cancels.length).toBe(cancels);
  });

  test("a generation of several calls counts as started with the first of them", async () => {
    const gone = client(begin("a cat", { plan: plan("a cat", 3) }));
    for (const job of held.jobs) job.accept();
    held.jobs[1]!.start();
    await settle();
    gone.leave();
    await settle();
    expect(held.jobs.flatMap(({ cancels }) => cancels)).toEqual([]);
    expect(held.jobs.length).toBe(3);
  });

  test("running out of patience cancels nothing", async () => {
    setUp("always");
    const impatient = client(begin("a cat"), 1);
    held.jobs[0]!.accept();
    expect(await impatient.outcome).toBe("ApiError");
    await settle();
    expect(held.jobs[0]!.cancels).toEqual([]);
  });
});

describe("asking again", () => {
  async function finished(prompt: string, more: More = {}) {
    const generation = begin(prompt, more);
    const job = held.jobs.at(-1)!;
    job.accept();
    job.finish(prompt);
    await generation.settled;
    await settle();
    return generation;
  }

  test("while the outcome is on its way to another client starts anew", async () => {
    const first = await finished("a cat");
    await client(first).outcome;
    // Its pictures are still being fetched: `delivered` comes later.
    expect(begin("a cat")).not.toBe(first);
  });

  test("after the outcome could not be handed over joins", async () => {
    const first = await finished("a cat");
    const unlucky = client(first);
    await unlucky.outcome;
    first.undelivered(unlucky.wait);
    expect(begin("a cat")).toBe(first);
  });

  test("after the client has left while it was given the outcome joins", async () => {
    const first = await finished("a cat");
    const gone = client(first);
    await gone.outcome;
    gone.leave();
    expect(begin("a cat")).toBe(first);
  });

  test("after delivery starts anew, but a retry joins the latest", async () => {
    const first = await finished("a cat");
    first.delivered();
    const second = await finished("a cat");
    expect(second).not.toBe(first);
    second.delivered();
    expect(begin("a cat", { retry: true })).toBe(second);
  });

  test("is forgotten after an hour, by key after a day", async () => {
    const first = await finished("a cat", { idempotencyKey: "k" });
    first.delivered();
    clock = 59 * 60_000;
    expect(begin("a cat", { retry: true })).toBe(first);
    clock = 61 * 60_000;
    expect(begin("a cat", { idempotencyKey: "k" })).toBe(first);
    expect(begin("a cat", { retry: true })).not.toBe(first);
    clock = 25 * 60 * 60_000;
    expect(begin("a cat", { idempotencyKey: "k" })).not.toBe(first);
  });

  test("a late failure of a cancelled generation leaves its key to the next", async () => {
    const first = begin("a cat", { idempotencyKey: "k" });
    const gone = client(first);
    held.jobs[0]!.accept();
    await settle();
    gone.leave();
    await settle();
    const second = begin("a cat", { idempotencyKey: "k" });
    expect(second).not.toBe(first);
    held.jobs[0]!.cancels[0]!.resolve(true);
    held.jobs[0]!.fail(499);
    await settle();
    expect(begin("a cat", { idempotencyKey: "k" })).toBe(second);
  });

  test("counts what runs", async () => {
    expect(generations.running()).toBe(0);
    begin("a cat");
    begin("a dog");
    expect(generations.running()).toBe(2);
    held.jobs[0]!.refuse(422);
    held.jobs[1]!.accept();
    held.jobs[1]!.finish();
    await settle();
    expect(generations.running()).toBe(0);
  });
});

describe("large outcomes", () => {
  /** Finishes a generation whose outcome is so many characters long. */
  async function drawn(prompt: string, length: number) {
    const generation = begin(prompt, { idempotencyKey: prompt });
    const job = held.jobs.at(-1)!;
    job.accept();
    job.finish(`data:${"a".repeat(length)}`);
    await generation.settled;
    await settle();
    generation.delivered();
    return generation;
  }
  const again = (prompt: string) => begin(prompt, { retry: true, idempotencyKey: prompt });

  test("are remembered as long as there is room, the latest first", async () => {
    setUp("queued", 100_000);
    const [one, two, three] = [
      await drawn("one", 40_000),
      await drawn("two", 40_000),
      await drawn("three", 40_000),
    ];
    expect(again("three")).toBe(three);
    expect(again("two")).toBe(two);
    expect(again("one")).not.toBe(one);
  });

  test("take no room from links", async () => {
    setUp("queued", 100_000);
    const link = await drawn("link", 100);
    await drawn("one", 90_000);
    await drawn("two", 90_000);
    expect(again("link")).toBe(link);
  });
});

describe("endpoints that fal has retired", () => {
  const chain = plan("a cat", 1, ["fal-ai/old", "fal-ai/new"]);

  test("give way to the next of the chain, and are passed over for an hour", async () => {
    const generation = begin("a cat", { plan: chain });
    held.jobs[0]!.refuse(404);
    await settle();
    held.jobs[1]!.accept();
    held.jobs[1]!.finish("picture");
    expect((await generation.settled).endpoint.id).toBe("fal-ai/new");
    generation.delivered();

    begin("a cat", { plan: chain });
    expect(held.jobs.map(({ endpoint }) => endpoint)).toEqual([
      "fal-ai/old",
      "fal-ai/new",
      "fal-ai/new",
    ]);
    clock = 61 * 60_000;
    begin("a cat", { plan: chain, owner: "you" });
    expect(held.jobs.at(-1)!.endpoint).toBe("fal-ai/old");
  });

  test("all of them: the last refusal is the answer", async () => {
    const generation = begin("a cat", { plan: chain });
    held.jobs[0]!.refuse(404);
    await settle();
    held.jobs[1]!.refuse(404);
    await expect(generation.settled).rejects.toMatchObject({ status: 404 });
  });

  test.each([401, 403, 422, 429, 500, 503])(
    "a refusal with %i gives way to none",
    async (status) => {
      const generation = begin("a cat", { plan: chain });
      held.jobs[0]!.refuse(status);
      await expect(generation.settled).rejects.toMatchObject({ status });
      expect(held.jobs.length).toBe(1);
    },
  );

  test("where one of several calls is refused, the others are delivered", async () => {
    const generation = begin("a cat", { plan: plan("a cat", 3) });
    held.jobs[0]!.accept();
    held.jobs[1]!.refuse(429);
    held.jobs[2]!.accept();
    await settle();
    held.jobs[0]!.finish("one");
    held.jobs[2]!.fail(500);
    const { results } = await generation.settled;
    expect(results).toEqual([{ input: { prompt: "a cat", index: 0 }, output: "one" }]);
  });
});
