/** An owner's latest tasks of one dialect, for whoever looks for one that was begun before. */
import type { Task, Tasks } from "../task.ts";

const PAGE = 50;

/** The latest first, back to `since`, in milliseconds since 1970. */
export async function* recentTasks(
  tasks: Tasks,
  { owner, dialect }: Pick<Task, "owner" | "dialect">,
  since: number,
): AsyncGenerator<Task> {
  for (let after: string | undefined; ;) {
    const query = { after, limit: PAGE, order: "desc", dialects: [dialect] } as const;
    const page = await tasks.list(owner, query);
    for (const task of page.tasks) {
      if (task.createdAt < since) return;
      yield task;
    }
    if (!page.hasMore) return;
    after = page.tasks.at(-1)?.id;
  }
}
