/** Every moment at which a process can die: between any two writes, and in the middle of any. */
import { afterAll, describe, expect, test } from "bun:test";
import type { NewTask } from "../../../src/generation/task.ts";
import type { TaskStore } from "../../../src/store/tasks/tasks.ts";
import { type Engine, engines, tidy } from "../../store/support.ts";
import { OWNER, PNG, settled, submissions, until, video, world } from "./support.ts";

afterAll(tidy);

const never = () => new Promise<never>(() => {});

/** Writes of a store, whichever part they belong to. */
const WRITES = new Set([
  "insert",
  "advance",
  "progress",
  "begin",
  "change",
  "askCancel",
  "claim",
  "close",
]);

/**
 * A store whose process dies at the `at`th write: before it reaches the disk, or right after. From
 * then on it does nothing any more, as the dead do.
 */
function mortal(store: TaskStore, at: number, when: "before" | "after") {
  let writes = 0;
  let dead = false;
  const wrap = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(target, name) {
        const value: unknown = Reflect.get(target, name);
        if (typeof value === "object" && value !== null) return wrap(value);
        if (typeof value !== "function") return value;
        return async (...args: unknown[]) => {
          if (dead) return never();
          const counts = WRITES.has(String(name));
          const last = counts && (writes += 1) === at;
          if (last && when === "before") dead = true;
          if (dead) return never();
          const answer: unknown = await value.apply(target, args);
          if (last) dead = true;
          return dead ? never() : answer;
        };
      },
    });
  return { store: wrap(store), dead: () => dead, writes: () => writes };
}

interface Case {
  name: string;
  task: () => NewTask;
  /** What fal is to be asked for, whatever happens. */
  calls: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: "a video in two stages, with a file and a prompt to prepare",
    task: () => video({ upsample: true, enhancePrompt: true, request: { images: [PNG] } }),
    calls: ["fal-ai/veo3.1/fast/image-to-video", "fal-ai/topaz/upscale/video"],
  },
  {
    name: "pictures in several calls",
    task: () => video({ kind: "image", model: "fal-ai/flux-2-pro", request: { n: 2 } }),
    calls: ["fal-ai/flux-2-pro"],
  },
];

describe.each([...CASES])("$name", ({ task: make, calls }) => {
  test.each([...engines])(
    "$name: every call is made once, whatever is killed when",
    async (engine) => {
      const ends: Record<string, number> = {};
      for (const when of ["before", "after"] as const) {
        for (let at = 1; ; at += 1) {
          const end = await killedAt(engine, make(), { at, when, calls });
          if (end === undefined) break;
          ends[end] = (ends[end] ?? 0) + 1;
        }
      }
      // Only what was marked and not yet sent cannot be told from what is lost.
      expect(ends.completed).toBeGreaterThan(10);
      expect(Object.keys(ends).sort()).toEqual(["completed", "not accepted", "outcome_unknown"]);
      expect(ends["not accepted"]).toBe(1);
      expect(ends.outcome_unknown).toBeLessThanOrEqual(6);
    },
    60_000,
  );
});

interface Kill {
  at: number;
  when: "before" | "after";
  calls: readonly string[];
}

/** How the task ended after a restart; undefined when it was over before it could be killed. */
async function killedAt(engine: Engine, task: NewTask, { at, when, calls }: Kill) {
  const place = await world(engine);
  try {
    const { store, dead } = mortal(place.store, at, when);
    const first = place.start({ store });
    const accepted = first.create(task).then(() => true);
    const over = async () => (await place.store.find(task.id))?.rank === 5;
    await until(async () => dead() || (await over()));
    if (!dead()) return undefined;
    // What was on its way to fal when it died arrives.
    await Bun.sleep(20);
    const told = await Promise.race([accepted, Bun.sleep(0).then(() => false)]);
    const second = place.start({ env: { RECONCILE_TIME: "0.1" } });
    await second.resume();
    const found = await second.find(OWNER, task.id);
    if (!found) {
      expect(told).toBe(false);
      expect(submissions(place.fal)).toEqual([]);
      return "not accepted";
    }
    const end = await settled(second, task);
    const counted = Object.groupBy(submissions(place.fal), (endpoint) => endpoint);
    const most = task.kind === "image" ? 2 : 1;
    for (const [endpoint, all] of Object.entries(counted)) {
      expect(calls).toContain(endpoint);
      expect({ endpoint, at, when, times: all!.length <= most }).toMatchObject({ times: true });
    }
    const spoken = place.fal.requests.filter(({ host }) => host === "run");
    expect(spoken.length).toBeLessThanOrEqual(1);
    if (end.state === "failed") return end.error!.code!;
    expect(end.state).toBe("completed");
    expect(end.media.length).toBeGreaterThan(0);
    // Where one of several is lost, the others are delivered.
    const partly = end.upsampleFailed || end.media.length < most;
    return partly ? "outcome_unknown" : "completed";
  } finally {
    await place.stop();
  }
}
