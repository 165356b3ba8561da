/** A page of one owner's tasks. */
import type { Database } from "../database.ts";
import { type Row, type TaskRecord, taskOf } from "./task.ts";

export interface ListQuery {
  owner: string;
  /** The page begins after this one. */
  after?: Pick<TaskRecord, "createdAt" | "id"> | undefined;
  limit: number;
  order: "asc" | "desc";
  kinds?: readonly string[] | undefined;
  dialects?: readonly string[] | undefined;
}

/** One more than `limit`, where there is one: so the caller knows whether a page follows. */
export async function listTasks({ sql }: Database, query: ListQuery): Promise<TaskRecord[]> {
  const { owner, after, limit, order, kinds, dialects } = query;
  const up = order === "asc";
  const place = [after?.createdAt ?? 0, after?.id ?? ""] as const;
  const beyond = !after
    ? sql``
    : up
      ? sql`and (created_at, id) > (${place[0]}, ${place[1]})`
      : sql`and (created_at, id) < (${place[0]}, ${place[1]})`;
  const rows = await sql<Row[]>`
    select * from tasks
    where owner = ${owner} and hidden = 0 ${beyond}
      ${kinds ? sql`and kind in ${sql(kinds)}` : sql``}
      ${dialects ? sql`and dialect in ${sql(dialects)}` : sql``}
    ${up ? sql`order by created_at, id` : sql`order by created_at desc, id desc`}
    limit ${limit + 1}`;
  return rows.map(taskOf);
}
