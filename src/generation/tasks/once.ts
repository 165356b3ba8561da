/** Making a task once, however often a client says so. */
import { ApiError } from "../../openai/error.ts";
import { checkedKey, type Repetition, reusedKey } from "../idempotency.ts";
import { hash } from "../plan.ts";
import type { NewTask, Task, Tasks } from "../task.ts";
import { recentTasks } from "./recent.ts";

/** A task that has no id yet. */
export type Unnamed = NewTask extends infer Each
  ? Each extends unknown
    ? Omit<Each, "id" | "once">
    : never
  : never;

export interface Maker {
  /** Throws what `Tasks.create` throws, and 422 for a key that came with another body before. */
  create(task: Unnamed, repetition: Repetition): Promise<Task>;
}

/** An SDK repeats a call within minutes; an equal one that comes later is meant. */
const REPEATED_MS = 15 * 60_000;

/** Ids of a relay are short, and two may meet; after so many there is another reason. */
const NAMES = 3;

/** A new id for that task, in the form of its dialect. */
export type IdOf = (task: Unnamed) => string;

/** Ids such as `video_0123456789abcdef0123456789abcdef`, of which no two are the same. */
export const prefixed = (prefix: string) => () => prefix + crypto.randomUUID().replaceAll("-", "");

export function createMaker(tasks: Tasks, idOf: IdOf, now: () => number = Date.now): Maker {
  /** What is being made at this moment: the store does not know it yet. */
  const underway = new Map<string, Promise<Task>>();

  /** Nothing where another task was made for the same request meanwhile. */
  async function named(task: Unnamed, once?: string): Promise<Task | undefined> {
    for (let tries = 1; ; tries += 1) {
      const whole = { ...task, id: idOf(task), ...(once === undefined ? {} : { once }) } as NewTask;
      try {
        return await tasks.create(whole);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === "task_exists")) throw error;
        if (once !== undefined && (await tasks.findOnce(task.owner, once))) return undefined;
        if (tries < NAMES) continue;
        // It was made for a task that its owner has deleted.
        if (once !== undefined) return undefined;
        throw error;
      }
    }
  }

  /** The same key means the same task, for as long as that is remembered. */
  async function withKey(task: Unnamed, key: string, print: string): Promise<Task> {
    const { owner, dialect } = task;
    const once = hash([owner, dialect, key]);
    const known = await tasks.findOnce(owner, once);
    const made = known ?? (await named(task, once)) ?? (await tasks.findOnce(owner, once));
    if (!made || printOf(made) !== print) throw reusedKey();
    return made;
  }

  async function repeated(task: Unnamed, print: string): Promise<Task | undefined> {
    for await (const each of recentTasks(tasks, task, now() - REPEATED_MS)) {
      if (printOf(each) === print) return each;
    }
    return undefined;
  }

  return {
    async create(task, { retry, idempotencyKey, body }) {
      const { owner, dialect, kind, view } = task;
      const print = hash([dialect, kind, body]);
      const marked = { ...task, view: { ...view, print } } as Unnamed;
      if (idempotencyKey !== undefined) return withKey(marked, checkedKey(idempotencyKey), print);
      const place = `${owner} ${print}`;
      const earlier = retry ? (underway.get(place) ?? (await repeated(task, print))) : undefined;
      if (earlier) return earlier;
      const making = named(marked).then((made) => made!);
      underway.set(place, making);
      const made = () => void (underway.get(place) === making && underway.delete(place));
      making.then(made, made);
      return making;
    },
  };
}

const printOf = ({ view }: Task) => view?.print;
