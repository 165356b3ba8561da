/** fal's queue: which addresses are followed with a key in hand, and how a request is watched. */
import { afterEach, describe, expect, test } from "bun:test";
import { createFalKeys } from "../../src/fal/keys.ts";
import { createQueue, type Job } from "../../src/fal/queue.ts";
import { createTransport } from "../../src/fal/transport.ts";
import { silent } from "../../src/log.ts";
import { createUpstream, cut, type Upstream } from "../support/upstream.ts";

let upstream: Upstream;
afterEach(() => upstream.stop());

/** A queue whose pauses take no time but pass on its clock. */
function open(answer: Parameters<typeof createUpstream>[0]) {
  upstream = createUpstream(answer);
  let clock = 0;
  const pauses: number[] = [];
  const sleep = async (ms: number) => {
    clock += ms;
    pauses.push(ms);
  };
  const transport = createTransport({ keys: createFalKeys(["id:secret"]), log: silent, sleep });
  const url = `${upstream.url}/queue/`;
  return { queue: createQueue({ transport, url, sleep, now: () => clock }), pauses };
}

const job = (): Job => ({
  requestId: "r1",
  endpoint: "fal-ai/flux/dev",
  key: createFalKeys(["id:secret"]).all[0]!,
  url: `${upstream.url}/queue/fal-ai/flux/requests/r1`,
});

const state = (status: string) => `data: ${JSON.stringify({ status })}\n\n`;

describe("a submitted request is found", () => {
  const own = (path: string) => `${upstream.url}/queue/${path}`;
  const FLUX = "fal-ai/flux/requests/r1";

  test.each<[string, string, () => unknown, string]>([
    ["under its application", "fal-ai/flux/dev", () => undefined, FLUX],
    ["under a flow's", "workflows/me/flow/path", () => undefined, "workflows/me/flow/requests/r1"],
    [
      "where fal says",
      "fal-ai/flux/dev",
      () => own("fal-ai/flux/dev/requests/r1"),
      "fal-ai/flux/dev/requests/r1",
    ],
    ["where fal's manual says", "fal-ai/flux/dev", () => own(`${FLUX}/response`), FLUX],
    ["never elsewhere", "fal-ai/flux/dev", () => "https://evil.com/requests/r1", FLUX],
    [
      "never at a host that only begins alike",
      "fal-ai/flux/dev",
      () => `${upstream.url}.evil.com/queue/requests/r1`,
      FLUX,
    ],
    ["never under another id", "fal-ai/flux/dev", () => own("fal-ai/flux/requests/r2"), FLUX],
    ["where it would be, if fal says nonsense", "fal-ai/flux/dev", () => 5, FLUX],
  ])("%s", async (_, endpoint, said, wanted) => {
    const { queue } = open(() => Response.json({ request_id: "r1", response_url: said() }));
    expect((await queue.submit(endpoint, {})).url).toBe(own(wanted));
    expect(upstream.asked).toEqual([`POST /queue/${endpoint}`]);
  });

  test.each([["{}"], ["[]"], ["null"], ["garbage"], [""]])(
    "but not in %p: nobody knows",
    async (text) => {
      const { queue } = open(() => new Response(text));
      const failure = await queue.submit("fal-ai/flux", {}).catch((error: unknown) => error);
      expect(failure).toMatchObject({ ambiguous: true });
      expect(upstream.asked.length).toBe(1);
    },
  );
});

describe("watching", () => {
  const seen = async (queue: ReturnType<typeof createQueue>) =>
    (await Array.fromAsync(queue.watch(job()))).map(({ status }) => status);

  test("by stream: every change, and no more requests than one", async () => {
    const { queue } = open(
      () => new Response(state("IN_QUEUE") + state("IN_PROGRESS") + state("COMPLETED")),
    );
    expect(await seen(queue)).toEqual(["IN_QUEUE", "IN_PROGRESS", "COMPLETED"]);
    expect(upstream.asked).toEqual(["GET /queue/fal-ai/flux/requests/r1/status/stream?logs=1"]);
  });

  test("by polling where there is no stream: from 100 ms, by half again, to a second", async () => {
    const { queue, pauses } = open((_, nth) =>
      nth === 1
        ? new Response("no", { status: 404 })
        : Response.json({ status: nth < 12 ? "IN_PROGRESS" : "COMPLETED" }),
    );
    expect((await seen(queue)).at(-1)).toBe("COMPLETED");
    expect(pauses.map(Math.round)).toEqual([100, 150, 225, 338, 506, 759, 1000, 1000, 1000, 1000]);
  });

  test.each([
    ["garbage", "data: {\n\n"],
    ["nothing", ""],
  ])("by polling where the stream is %s", async (_, text) => {
    const { queue } = open((request) =>
      request.url.includes("stream") ? new Response(text) : Response.json({ status: "COMPLETED" }),
    );
    expect(await seen(queue)).toEqual(["COMPLETED"]);
  });

  test("ends with whoever watches", async () => {
    const { queue } = open(() => Response.json({ status: "IN_PROGRESS" }));
    const stop = new AbortController();
    for await (const _ of queue.watch(job(), stop.signal)) stop.abort();
    expect(upstream.asked.length).toBeLessThanOrEqual(2);
  });

  test("is given up after a quarter of an hour without any answer, as an unknown outcome", async () => {
    const { queue } = open(() => cut());
    const failure = await seen(queue).catch((error: unknown) => error);
    expect(failure).toMatchObject({ ambiguous: true });
  });
});

describe("the result", () => {
  test("comes with what was billed", async () => {
    const { queue } = open(() =>
      Response.json({ images: [] }, { headers: { "x-fal-billable-units": "1.5" } }),
    );
    expect(await queue.result(job())).toEqual({ output: { images: [] }, units: 1.5, billed: 1.5 });
  });

  test("that is no JSON is not asked for again and again", async () => {
    const { queue } = open(() => new Response("<html>"));
    const failure = await queue.result(job()).catch((error: unknown) => error);
    expect(failure).toMatchObject({ ambiguous: true });
    expect(upstream.asked.length).toBe(1);
  });

  test("that is a failure is the model's", async () => {
    const { queue } = open(() =>
      Response.json({ detail: "x", error_type: "runner_server_error" }, { status: 500 }),
    );
    await expect(queue.result(job())).rejects.toMatchObject({ status: 500, ambiguous: false });
    expect(upstream.asked.length).toBe(1);
  });
});

describe("cancelling", () => {
  test.each([
    [202, "CANCELLATION_REQUESTED", true],
    [200, "", true],
    [400, "ALREADY_COMPLETED", false],
    [404, "NOT_FOUND", false],
  ])("%i %s: %p", async (status, word, wanted) => {
    const { queue } = open(() => Response.json({ status: word }, { status }));
    expect(await queue.cancel(job())).toBe(wanted);
    expect(upstream.asked).toEqual(["PUT /queue/fal-ai/flux/requests/r1/cancel"]);
  });

  test("a failure is told", async () => {
    const { queue } = open(() => Response.json({}, { status: 500 }));
    await expect(queue.cancel(job())).rejects.toMatchObject({ status: 500 });
  });
});
