/** Making a task once, however often a client says so. */
import { ApiError } from "../../openai/error.ts";
import { checkedKey, type Repetition, reusedKey } from "../idempotency.ts";
import { hash } from "../plan.ts";
import type { NewTask, Task, Tasks } from "../task.ts";
import { recentTasks } from "./recent.ts";

/** A task that has no id yet. */
export type Unnamed = NewTask extends infer Each
  ? Each extends unknown
    ? Omit<Each, "id">
    : never
  : never;

export interface Maker {
  /** Throws what `Tasks.create` throws, and 422 for a key that came with another body before. */
  create(task: Unnamed, repetition: Repetition): Promise<Task>;
}

/** An SDK repeats a call within minutes; an equal one that comes later is meant. */
const REPEATED_MS = 15 * 60_000;

/** `prefix` begins every id: `video_`. */
export function createMaker(tasks: Tasks, prefix: string, now: () => number = Date.now): Maker {
  /** What is being made at this moment: the store does not know it yet. */
  const underway = new Map<string, Promise<Task>>();

  const named = (random: string) => prefix + random.replaceAll("-", "");

  /** The same key means the same task, for as long as that is remembered. */
  async function withKey(task: Unnamed, key: string, print: string): Promise<Task> {
    const { owner, dialect } = task;
    const id = named(new Bun.CryptoHasher("md5").update(hash([owner, dialect, key])).digest("hex"));
    const known = await tasks.find(owner, id);
    if (!known) {
      const made = await tasks.create({ ...task, id }).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === "task_exists") return undefined;
        throw error;
      });
      if (made) return made;
    }
    const found = known ?? (await tasks.find(owner, id));
    if (!found || printOf(found) !== print) throw reusedKey();
    return found;
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
      const making = tasks.create({ ...marked, id: named(crypto.randomUUID()) });
      underway.set(place, making);
      const made = () => void (underway.get(place) === making && underway.delete(place));
      making.then(made, made);
      return making;
    },
  };
}

const printOf = ({ view }: Task) => view?.print;
