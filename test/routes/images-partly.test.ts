/** Several calls for one answer, of which some fail: what was made is delivered, and the rest is named. */
import { describe, expect, test } from "bun:test";
import { submitted } from "../support/fal.ts";
import { CLIENT_KEY, PLACES } from "../support/gateway.ts";

describe.each(PLACES)("pictures that need a call each, %s", (_, start) => {
  test.each([
    ["one is refused", "status=403*1", 200, 2, "n 3 became 2: the rest failed"],
    ["one fails", "status=500*1", 200, 2, "n 3 became 2: the rest failed"],
    ["all fail", "status=500", 502, 0, null],
    ["none fails", "queue=1ms", 200, 3, null],
  ])("%s", async (_, marker, status, made, adjusted) => {
    await using gateway = await disposable(start);
    const response = await gateway.fetch("/v1/images/generations", {
      method: "POST",
      headers: { authorization: `Bearer ${CLIENT_KEY}` },
      body: JSON.stringify({ model: "recraft-v3", prompt: `a cat [sandbox ${marker}]`, n: 3 }),
    });
    const { data = [] } = (await response.json()) as { data?: { url: string }[] };
    expect([response.status, data.length]).toEqual([status, made]);
    expect(response.headers.get("x-falgate-adjusted")).toBe(adjusted);
    expect(submitted(gateway.fal).length).toBe(3);
  });
});

async function disposable(start: (typeof PLACES)[number][1]) {
  const gateway = await start();
  return { ...gateway, [Symbol.asyncDispose]: () => gateway.stop() };
}
