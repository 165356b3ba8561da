/** Books that an older falgate has kept: each call's route in the words of today. */
import { afterAll, describe, expect, test } from "bun:test";
import { MIGRATIONS } from "../../src/store/migrations.ts";
import { createUsageReport } from "../../src/store/usage/report.ts";
import { NOTHING_YET, toRow } from "../../src/store/usage/record.ts";
import { USAGE_ROUTES } from "../../src/store/usage/schema.ts";
import { engines, tidy } from "./support.ts";

afterAll(tidy);

/** As it was written, and as it is told; an `async` call by the kind of its task. */
const ROUTES: readonly [before: string, after: string, kind?: string][] = [
  ["/v1/images/generations", "/v1/images/generations"],
  ["/v1/chat/completions", "/v1/chat/completions"],
  ["veo", "/v1/video/create"],
  ["jimeng", "/jimeng/submit/videos"],
  ["new-api", "/v1/video/generations"],
  ["openai", "/v1/videos"],
  ["chat", "/v1/chat/completions"],
  ["preview", "/v1/videos/{id}/content"],
  ["async", "/v1/images/edits", "edit"],
  ["async", "/v1/audio/speech", "speech"],
  ["async", "async"],
  ["/fal-ai/flux/dev", "/{owner}/{app}"],
  ["/flux-dev", "/{owner}/{app}"],
  ["/queue/fal-ai/flux/dev", "/queue/{owner}/{app}"],
  ["/run/fal-ai/flux/schnell/stream", "/run/{owner}/{app}"],
  ["/run/fal-ai/flux/dev/realtime", "/run/{owner}/{app}/realtime"],
  ["/fal-ai/flux/dev/realtime", "/{owner}/{app}/realtime"],
  ["/api/fal/proxy", "/api/fal/proxy"],
];

const task = (id: string, kind: string) => ({
  ...{ id, owner: "anna", dialect: "async", kind, model: "m", state: "completed", rank: 5 },
  ...{ progress: 100, created_at: 1, updated_at: 1, cancel_asked: 0, hidden: 0 },
  ...{ callback: "none", callback_tries: 0, size: 1, request: "{}", facts: "{}" },
});

describe.each([...engines])("$name", ({ fresh }) => {
  test("rows of an older schema", async () => {
    const place = await fresh();
    const at = MIGRATIONS.indexOf(USAGE_ROUTES);
    const old = await place.open({ migrations: MIGRATIONS.slice(0, at) });
    for (const [index, [route, , kind]] of ROUTES.entries()) {
      const id = `call-${index}`;
      const call = { id, owner: "anna", openedAt: index, route, model: "m", endpoint: "e" };
      const row = toRow({ ...NOTHING_YET, ...call, trace: `task-${index}` });
      await old.transaction((tx) => tx`insert into usage ${tx(row)}`);
      if (kind)
        await old.transaction((tx) => tx`insert into tasks ${tx(task(`task-${index}`, kind))}`);
    }
    await old.close();
    const now = await place.open({ migrations: MIGRATIONS.slice(0, at + 1) });
    const report = createUsageReport(now);
    const calls = await report.calls({ from: 0, to: ROUTES.length }, ROUTES.length);
    expect(calls.reverse().map(({ route }) => route)).toEqual(ROUTES.map(([, after]) => after));
    await now.close();
  });
});
