/** Deliveries: what is told, how often it is tried, when it ends, and what survives the process. */
import { afterEach, describe, expect, test } from "bun:test";
import { createLog } from "../../src/log.ts";
import { createDeliveries, type DeliveriesOptions, SCHEDULE } from "../../src/native/delivery.ts";
import type { FalRequest } from "../../src/store/request.ts";
import { createSigner } from "../../src/native/signature.ts";
import { webhookBody } from "../../src/native/webhook-body.ts";
import { until } from "../support/clients.ts";
import { closeDatabases, requestsAlone } from "../support/state.ts";

const request = (changes: Partial<FalRequest> = {}): FalRequest => ({
  ...{ requestId: "one", owner: "me", endpoint: "fal-ai/flux/dev", app: "fal-ai/flux" },
  ...{ falKey: "k", createdAt: 1, webhook: "https://hooks.example/a" },
  ...changes,
});
const result = (status: number, body: string, headers = {}) => ({
  ...{ statusBody: "{}", status, body, headers },
});

const TOLD = [
  [
    result(200, '{"n":12345678901234567890}'),
    '{"request_id":"one","gateway_request_id":"one","status":"OK","payload":{"n":12345678901234567890}}',
  ],
  [
    result(422, '{"detail":[]}', { "x-fal-request-id": "two" }),
    '{"request_id":"one","gateway_request_id":"two","status":"ERROR","error":"Invalid status code: 422","payload":{"detail":[]}}',
  ],
  [
    result(200, "<html>"),
    '{"request_id":"one","gateway_request_id":"one","status":"OK","payload_error":"Response payload is not JSON","payload":null}',
  ],
  [
    undefined,
    '{"request_id":"one","gateway_request_id":"one","status":"ERROR","error":"Invalid status code: 404","payload":{"status":"NOT_FOUND"}}',
  ],
] as const;
test.each(TOLD)("of %p it tells %s", (kept, body) => {
  expect(webhookBody(request({ result: kept }))).toBe(body);
});

afterEach(closeDatabases);

/** Deliveries whose webhook answers what it is told to; 0: not at all. */
function delivering(answers: number[], more: Partial<DeliveriesOptions> = {}) {
  const requests = more.requests ?? requestsAlone();
  const calls: { webhook: string; body: string; headers: Record<string, string> }[] = [];
  const deliveries = createDeliveries({
    requests,
    webhooks: {
      judge: async () => undefined,
      async call(webhook, body, headers) {
        calls.push({ webhook, body, headers });
        const answer = answers.shift() ?? 200;
        if (answer === -1) throw new Error("it leads inside");
        return answer;
      },
    },
    signer: createSigner(["s"]),
    log: createLog({ level: "error", format: "json", write: () => {} }),
    schedule: [0, 1, 1, 1],
    ...more,
  });
  return { requests, calls, deliveries };
}

async function settled({ requests }: Pick<DeliveriesOptions, "requests">, changes = {}) {
  await requests.remember(request(changes));
  await requests.settle("one", result(200, '{"images":[]}'));
}

describe("attempts", () => {
  test.each([
    [[200], 1],
    [[299], 1],
    [[302], 1],
    [[500, 200], 2],
    [[0, 404, 429, 204], 4],
    [[-1, 200], 2],
    [[500, 500, 500, 500, 200], 4],
  ])("%p: %i", async (answers, count) => {
    const all = delivering([...answers]);
    await settled(all);
    all.deliveries.start("one");
    await until(() => all.deliveries.active() === 0);
    expect(all.calls).toHaveLength(count);
    expect(new Set(all.calls.map(({ body }) => body)).size).toBe(1);
    expect(await all.requests.undelivered(9)).toEqual([]);
    all.deliveries.start("one");
    await until(() => all.deliveries.active() === 0);
    expect(all.calls).toHaveLength(count);
  });

  test("one stream for one request, however often it is begun", async () => {
    const all = delivering([500]);
    await settled(all);
    for (let times = 0; times < 5; times += 1) all.deliveries.start("one");
    await until(() => all.deliveries.active() === 0);
    expect(all.calls).toHaveLength(2);
  });

  test("none without a webhook, and none before the result", async () => {
    const all = delivering([]);
    await settled(all, { webhook: undefined });
    all.deliveries.start("one");
    await all.requests.remember(request({ requestId: "two" }));
    all.deliveries.start("two");
    all.deliveries.start("unknown");
    await until(() => all.deliveries.active() === 0);
    expect(all.calls).toEqual([]);
  });

  test("ten, over two hours", () => {
    expect(SCHEDULE).toHaveLength(10);
    expect(SCHEDULE.reduce((sum, ms) => sum + ms) / 3_600_000).toBeCloseTo(2, 0);
  });

  test("one host that hangs holds eight at most, and nobody else", async () => {
    const requests = requestsAlone();
    const hanging = Promise.withResolvers<number>();
    const called: string[] = [];
    const { deliveries } = delivering([], {
      requests,
      webhooks: {
        judge: async () => undefined,
        call(webhook) {
          called.push(new URL(webhook).host);
          return webhook.includes("hangs") ? hanging.promise : Promise.resolve(200);
        },
      },
    });
    const ids = Array.from({ length: 20 }, (_, index) => `h${index}`);
    for (const requestId of ids) {
      await requests.remember(request({ requestId, webhook: "https://hangs.example/" }));
    }
    await requests.remember(request({ requestId: "well" }));
    for (const id of [...ids, "well"]) {
      await requests.settle(id, result(200, "{}"));
      deliveries.start(id);
    }
    await until(() => called.includes("hooks.example"));
    expect(called.filter((host) => host === "hangs.example")).toHaveLength(8);
    hanging.resolve(200);
    await until(() => deliveries.active() === 0);
    expect(called).toHaveLength(21);
  });
});

describe("an end of the process", () => {
  test("leaves what is undelivered, and the next one takes it up", async () => {
    const first = delivering([500], { schedule: [0, 3_600_000] });
    await settled(first);
    first.deliveries.start("one");
    await until(() => first.calls.length === 1);
    await first.deliveries.stop();
    expect(await first.requests.undelivered(9)).toMatchObject([{ requestId: "one" }]);
    first.deliveries.start("one");
    expect(first.deliveries.active()).toBe(0);

    const second = delivering([], { requests: first.requests });
    await second.deliveries.resume();
    await until(() => second.deliveries.active() === 0);
    expect(second.calls.map(({ body }) => body)).toEqual(first.calls.map(({ body }) => body));
    expect(await first.requests.undelivered(9)).toEqual([]);
  });

  test.each([
    [0, 4],
    [150, 3],
    [100_000, 1],
  ])("after %i ms, %i attempts are left", async (passed, count) => {
    const requests = requestsAlone();
    const schedule = [0, 100, 100, 100];
    let at = Date.now();
    const all = delivering([500, 500, 500, 500], {
      requests,
      schedule,
      now: () => at,
      random: () => 0,
    });
    await settled(all);
    at = (await requests.find("one"))!.settledAt! + passed;
    await all.deliveries.resume();
    await until(() => all.deliveries.active() === 0);
    expect(all.calls).toHaveLength(count);
    expect(await requests.undelivered(9)).toEqual([]);
  });
});
