/** Tasks in the database: forward only, one owner's at a time, forgotten in order. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Database } from "../../src/store/database.ts";
import type { CallRecord, TaskRecord } from "../../src/store/tasks/task.ts";
import { createTaskStore, type TaskStore } from "../../src/store/tasks/tasks.ts";
import { engines, type Place, tidy } from "./support.ts";

afterAll(tidy);

const RANKS: Readonly<Record<string, number>> = {
  ...{ queued: 0, preparing: 1, running: 2, upsampling: 3, keeping: 4 },
  ...{ completed: 5, failed: 5, cancelled: 5 },
};

const task = (id: string, changes: Partial<TaskRecord> = {}): TaskRecord => ({
  ...{ id, owner: "anna", dialect: "veo", kind: "video", model: "veo3" },
  state: "queued",
  rank: 0,
  progress: 0,
  createdAt: 1_000,
  updatedAt: 1_000,
  completedAt: null,
  expiresAt: null,
  cancelAsked: false,
  hidden: false,
  callback: "none",
  callbackAt: null,
  callbackTries: 0,
  once: null,
  request: { prompt: "a\0lighthouse 🗼" },
  facts: { media: [] },
  ...changes,
});

const call = (taskId: string, changes: Partial<CallRecord> = {}): CallRecord => ({
  ...{ taskId, slot: "generate fal-ai/veo3 0", attempt: 1, state: "submitting" },
  endpoint: "fal-ai/veo3",
  input: { prompt: "a lighthouse" },
  submittedAt: 1_000,
  falKey: null,
  requestId: null,
  url: null,
  output: undefined,
  units: 0,
  error: undefined,
  ...changes,
});

const change = (id: string, state: string, more: Partial<TaskRecord> = {}) => ({
  ...{ id, state, rank: RANKS[state]!, progress: 50, updatedAt: 2_000 },
  ...{ request: {}, facts: { state } },
  ...more,
});

describe.each([...engines])("$name", ({ fresh }) => {
  let place: Place;
  let database: Database;
  let store: TaskStore;
  beforeEach(async () => {
    place = await fresh();
    database = await place.open();
    store = createTaskStore({ database });
  });
  afterEach(() => database.close());

  test("what is written is read again, and an id is given once", async () => {
    const written = task("t", { callback: "waiting", owner: "bert" });
    expect(await store.insert(written)).toBe(true);
    expect(await store.insert(task("t"))).toBe(false);
    expect(await store.find("t")).toEqual(written);
    expect(await store.find("other")).toBeUndefined();
    expect(await store.find("t\0")).toBeUndefined();
  });

  test("of those made for the same request there is one, until it is forgotten", async () => {
    const all = ["a", "b", "c"].map((id) => task(id, { once: "key" }));
    const written = await Promise.all(all.map((each) => store.insert(each)));
    expect(written.filter(Boolean).length).toBe(1);
    const first = await store.findOnce("key");
    expect(first).toMatchObject({ id: all[written.indexOf(true)]!.id, once: "key" });
    expect(await store.findOnce("other")).toBeUndefined();
    expect(await store.insert(task("d", { once: "other" }))).toBe(true);
    await store.advance(change(first!.id, "completed", { expiresAt: 3_000 }));
    await store.sweep({ now: 4_000, most: 100, maxBytes: 1e9 });
    expect(await store.insert(task("e", { once: "key" }))).toBe(true);
  });

  test("a state only gives way to a later one, an end to none", async () => {
    for (const [from, before] of Object.entries(RANKS)) {
      for (const [to, after] of Object.entries(RANKS)) {
        const id = `${from}-${to}`;
        await store.insert(task(id, { state: from, rank: before }));
        const moved = await store.advance(change(id, to));
        const found = await store.find(id);
        expect({ id, moved, state: found!.state }).toEqual({
          id,
          moved: before < 5 && after >= before,
          state: before < 5 && after >= before ? to : from,
        });
      }
    }
  });

  test("progress never falls", async () => {
    await store.insert(task("t"));
    await store.progress("t", 30, 7_000);
    await store.progress("t", 20, 8_000);
    expect(await store.find("t")).toMatchObject({ progress: 30, updatedAt: 7_000 });
    await store.advance(change("t", "running", { progress: 10 }));
    expect((await store.find("t"))!.progress).toBe(30);
    await store.advance(change("t", "completed", { progress: 100 }));
    await store.progress("t", 101, 9_000);
    expect((await store.find("t"))!.progress).toBe(100);
  });

  test("a call is begun by one, and moves forward only", async () => {
    const begun = await Promise.all([1, 2, 3].map(() => store.calls.begin(call("t"))));
    expect(begun.filter(Boolean).length).toBe(1);
    const { slot } = call("t");
    const step = { taskId: "t", slot, attempt: 1 };
    const submitted = { requestId: "r", url: "https://q/r", falKey: "k" };
    expect(await store.calls.change({ ...step, state: "submitted", ...submitted })).toBe(true);
    expect(await store.calls.change({ ...step, state: "submitting" })).toBe(false);
    const done = { state: "done", output: { video: "\0" }, units: 2.5 } as const;
    expect(await store.calls.change({ ...step, ...done })).toBe(true);
    expect(await store.calls.change({ ...step, state: "failed", error: {} })).toBe(false);
    expect(await store.calls.of("t")).toEqual([call("t", { ...submitted, ...done })]);
    expect(await store.calls.known(["r", "s"])).toEqual(new Set(["r"]));
  });

  test("two calls cannot be the same request of fal's", async () => {
    await store.calls.begin(call("a"));
    await store.calls.begin(call("b"));
    const step = { slot: call("a").slot, attempt: 1, state: "submitted", requestId: "r" } as const;
    await store.calls.change({ ...step, taskId: "a" });
    expect(store.calls.change({ ...step, taskId: "b" })).rejects.toThrow();
  });

  test("pages of one owner's tasks, both ways, by kind and dialect, each task once", async () => {
    const all = Array.from({ length: 25 }, (_, number) =>
      task(`t${String(number).padStart(2, "0")}`, {
        // Several at the same moment: the id then decides.
        createdAt: 1_000 + Math.floor(number / 4),
        kind: number % 5 === 0 ? "image" : "video",
        dialect: number % 3 === 0 ? "jimeng" : "veo",
        owner: number % 7 === 6 ? "bert" : "anna",
      }),
    );
    for (const each of all) await store.insert(each);
    await store.hide("t01", 5_000);
    const annas = all.filter(({ owner, id }) => owner === "anna" && id !== "t01");
    const filters = [{}, { kinds: ["video"] }, { kinds: ["video", "image"], dialects: ["veo"] }];
    for (const filter of filters) {
      for (const order of ["asc", "desc"] as const) {
        const seen: string[] = [];
        for (let after: TaskRecord | undefined; ;) {
          const page = await store.list({ owner: "anna", after, limit: 4, order, ...filter });
          seen.push(...page.slice(0, 4).map(({ id }) => id));
          if (page.length <= 4) break;
          after = page[3]!;
        }
        const { kinds, dialects }: { kinds?: string[]; dialects?: string[] } = filter;
        const wanted = annas
          .filter(
            ({ kind, dialect }) =>
              kinds?.includes(kind) !== false && dialects?.includes(dialect) !== false,
          )
          .map(({ id }) => id);
        expect(seen).toEqual(order === "asc" ? wanted : wanted.reverse());
      }
    }
  });

  test("forgets what is past its time, then the oldest of too many or too much, never what runs", async () => {
    const over = (id: string, expiresAt: number, more: Partial<TaskRecord> = {}) =>
      task(id, { state: "completed", rank: 5, completedAt: 1, expiresAt, ...more });
    for (let number = 0; number < 10; number += 1) {
      await store.insert(over(`t${number}`, 100 + number));
      await store.calls.begin(call(`t${number}`));
    }
    await store.insert(task("runs"));
    await store.insert(over("called", 1, { callback: "due", callbackAt: 1 }));
    const left = async () =>
      (await store.list({ owner: "anna", limit: 50, order: "asc" })).map(({ id }) => id).sort();
    const roomy = { most: 100, maxBytes: 1e9 };
    expect((await store.sweep({ now: 102, ...roomy })).map(({ id }) => id).sort()).toEqual([
      "t0",
      "t1",
      "t2",
    ]);
    expect(await store.calls.of("t0")).toEqual([]);
    expect((await store.calls.of("t3")).length).toBe(1);
    await store.sweep({ now: 102, most: 4, maxBytes: 1e9 });
    expect(await left()).toEqual(["called", "runs", "t6", "t7", "t8", "t9"]);
    await store.sweep({ now: 102, most: 100, maxBytes: 1_400 });
    expect(await left()).toEqual(["called", "runs", "t8", "t9"]);
    await store.hide("t9", 102);
    await store.sweep({ now: 102, ...roomy });
    expect(await store.find("t9")).toBeUndefined();
  });

  test("a callback is due at the end, one attempt is one caller's, and it is closed once", async () => {
    await store.insert(task("t", { callback: "waiting" }));
    await store.insert(task("quiet"));
    expect(await store.callbacks.due(9_999, 10)).toEqual([]);
    await store.advance(change("t", "completed"));
    await store.advance(change("quiet", "completed"));
    expect((await store.callbacks.due(9_999, 10)).map(({ id }) => id)).toEqual(["t"]);
    const claims = await Promise.all([1, 2].map(() => store.callbacks.claim("t", 1, 8_000)));
    expect(claims.filter(Boolean).length).toBe(1);
    expect(await store.callbacks.due(7_999, 10)).toEqual([]);
    expect((await store.callbacks.due(8_000, 10))[0]).toMatchObject({ id: "t", callbackTries: 1 });
    await store.callbacks.close("t", "heard");
    await store.callbacks.close("t", "given up");
    expect((await store.find("t"))!.callback).toBe("heard");
    expect(await store.callbacks.count()).toBe(0);
  });

  test("an unfinished task is followed by one program, and by the next when that one is gone", async () => {
    let clock = 0;
    const now = () => clock;
    const other = createTaskStore({ database, runner: "two", now });
    const one = createTaskStore({ database, runner: "one", now });
    await one.insert(task("t"));
    await one.insert(task("over", { rank: 5, state: "failed" }));
    expect(await one.leases.take(10)).toEqual([]);
    const alone = database.engine === "SQLite";
    const taken = async () => (await other.leases.take(10)).map(({ id }) => id);
    // A file's only user takes all at its start; others wait until a lease has run out.
    if (alone) return expect(await taken()).toEqual(["t"]);
    expect(await taken()).toEqual([]);
    clock = 29_999;
    await one.askCancel("t");
    expect(await one.leases.renew()).toEqual(["t"]);
    clock = 59_000;
    expect(await taken()).toEqual([]);
    clock = 60_000;
    expect(await taken()).toEqual(["t"]);
    await other.leases.release();
    expect((await one.leases.take(10)).map(({ id }) => id)).toEqual(["t"]);
  });
});
