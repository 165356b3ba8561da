/** Many who ask for one request: fal is asked once, and each hears everything. */
import { afterEach, describe, expect, setDefaultTimeout, test } from "bun:test";
import { serverEvents } from "../../src/fal/events.ts";
import { until } from "../support/clients.ts";
import { assembled, asBinary, CLIENT_KEY, type Gateway, type Start } from "../support/gateway.ts";
import { asked, call, completed, expectNoClientKey, submit } from "../native/support.ts";

// A hundred who ask at once keep a loaded machine busy for longer than a test usually may take.
setDefaultTimeout(60_000);

let gateway: Gateway;
afterEach(() => {
  expectNoClientKey(gateway);
  return gateway.stop();
});

const FIFTY = Array.from({ length: 50 }, (_, index) => index);
const PROMPT = "a cat [sandbox queue=100ms run=400ms logs=4]";

describe.each([
  ["over a socket", assembled],
  ["as the binary", asBinary],
] as readonly (readonly [string, Start])[])("%s", (_, start) => {
  test("fifty that poll cost fal one stream and one result", async () => {
    gateway = await start();
    const { request_id: id } = await submit(gateway, PROMPT);
    const seen = await Promise.all(FIFTY.map(() => completed(gateway, id)));
    expect(new Set(seen.map(({ status }) => status))).toEqual(new Set(["COMPLETED"]));
    const results = await Promise.all(
      FIFTY.map(async () => {
        const response = await call(gateway, { path: `/fal-ai/flux/requests/${id}` });
        return response.text();
      }),
    );
    expect(new Set(results).size).toBe(1);
    expect(asked(gateway.fal, /^/).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /queue/fal-ai/flux/dev",
      "GET /queue/fal-ai/flux/requests/ID/status/stream?logs=1",
      "GET /queue/fal-ai/flux/requests/ID",
    ]);
  });

  test("fifty that listen, at any time, hear every line once", async () => {
    gateway = await start();
    const { request_id: id } = await submit(gateway, PROMPT);
    const heard = await Promise.all(
      FIFTY.map(async (index) => {
        await Bun.sleep(index * 9);
        const path = `/fal-ai/flux/requests/${id}/status/stream?logs=1`;
        const response = await call(gateway, { path });
        const events = await Array.fromAsync(serverEvents(response.body!), ({ data }) =>
          JSON.parse(data),
        );
        expect(events.at(-1).status).toBe("COMPLETED");
        return events.flatMap(({ logs }) => logs ?? []).map(({ message }) => message);
      }),
    );
    for (const lines of heard) expect(lines).toEqual(heard[0]!);
    expect(heard[0]).toHaveLength(4);
    expect(asked(gateway.fal, /stream/)).toHaveLength(1);
  });

  test("one who leaves takes nobody along", async () => {
    gateway = await start();
    const { request_id: id } = await submit(gateway, PROMPT);
    const path = `/fal-ai/flux/requests/${id}/status/stream`;
    const leaving = new AbortController();
    const first = await gateway.fetch(path, {
      headers: { authorization: `Key ${CLIENT_KEY}` },
      signal: leaving.signal,
    });
    const reader = first.body!.getReader();
    await reader.read();
    leaving.abort();
    await reader.read().catch(() => undefined);
    const second = await call(gateway, { path });
    const events = await Array.fromAsync(serverEvents(second.body!), ({ data }) =>
      JSON.parse(data),
    );
    expect(events.at(-1).status).toBe("COMPLETED");
    expect(asked(gateway.fal, /stream/)).toHaveLength(1);
    expect(asked(gateway.fal, /^PUT/)).toEqual([]);
  });

  test.each(["drop=stream", "stream=none", "drop=result", "drop=result*2"])(
    "%s is mended on the way",
    async (marker) => {
      gateway = await start();
      const { request_id: id } = await submit(gateway, `a cat [sandbox run=50ms ${marker}]`);
      await completed(gateway, id);
      const result = await call(gateway, { path: `/fal-ai/flux/requests/${id}` });
      expect([result.status, await result.json()]).toMatchObject([200, { prompt: "a cat" }]);
    },
  );

  test("a result that fal forgets at once is read once and stays", async () => {
    gateway = await start();
    const { request_id: id } = await submit(gateway, "a cat [sandbox run=50ms forget=500ms]");
    await completed(gateway, id);
    const path = `/fal-ai/flux/requests/${id}`;
    const first = await (await call(gateway, { path })).text();
    await until(async () => {
      const headers = { authorization: "Key fal-id:fal-secret" };
      const direct = await fetch(`${gateway.fal.queueUrl}${path}`, { headers });
      await direct.body?.cancel();
      return direct.status === 404;
    });
    const again = await call(gateway, { path });
    expect([again.status, await again.text()]).toEqual([200, first]);
    const cancel = await call(gateway, { path: `${path}/cancel`, method: "PUT" });
    expect([cancel.status, await cancel.json()]).toEqual([
      400,
      { status: "ALREADY_COMPLETED", message: "already completed" },
    ]);
  });
});
