/** `/admin/usage`: what everybody's calls have cost. */
import { Elysia } from "elysia";
import { usageTable } from "../accounts/usage-table.ts";
import { answers } from "../http/answers.ts";
import { invalidRequest } from "../openai/error.ts";
import type { Deps } from "./deps.ts";
import { USAGE_CSV, USAGE_LIST } from "./examples/usage.ts";
import { answered, queryOf } from "./usage-answer.ts";
import { AdminUsageParams, UsageList } from "./usage-schema.ts";

export function adminUsage({ accounts, usage }: Deps) {
  const { keyring, keyStore } = accounts;

  async function report(request: Request): Promise<Response> {
    const query = queryOf(request, ["key"]);
    const keys = await keyStore.list();
    const names = new Map(keys.map(({ id, name }) => [id, name]));
    const nameOf = (id: string) => names.get(id) ?? keyring.byId(id)?.name ?? null;
    // Of several that had the name, the latest: the others are revoked.
    const named = keys.findLast(({ id, name }) => query.key === id || query.key === name)?.id;
    const owner = query.key === undefined ? undefined : (named ?? keyring.byId(query.key)?.id);
    if (query.key !== undefined && owner === undefined) {
      throw invalidRequest(`There is no key '${query.key}'.`, "key");
    }
    return answered(request, query, await usageTable(usage, query, owner, nameOf));
  }

  return new Elysia({ prefix: "/admin", tags: ["Administration"] }).get(
    "/usage",
    ({ request }) => report(request),
    {
      query: AdminUsageParams,
      detail: {
        operationId: "listUsage",
        summary: "Show what calls have cost",
        description:
          "By key, by any other column, or call by call. What failed, was refused or cancelled is " +
          "there too, at what fal has billed for it, which as a rule is nothing.",
        security: [{ admin: [] }],
        responses: answers(UsageList, [400, 401, 403], { examples: USAGE_LIST, csv: USAGE_CSV }),
      },
    },
  );
}
