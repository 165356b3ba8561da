/** Whether falgate lives, and whether it can work: fal and its own database, each told apart. */
import { expect, test } from "bun:test";
import { VERSION } from "../../src/version.ts";
import { fastFal } from "../support/fal.ts";
import { inProcess, type Options } from "../support/gateway.ts";

const stopped = () => {
  const fal = fastFal();
  void fal.stop();
  return fal;
};

test.each<[string, Options, number, object]>([
  ["all is well", {}, 200, { status: "ready", fal: "ok", store: "ok" }],
  [
    "the database is away",
    { shared: { storeReady: async () => false } },
    503,
    {
      error: {
        message: "Not ready: the database does not answer.",
        type: "server_error",
        param: null,
        code: "store_unreachable",
      },
    },
  ],
  [
    "fal refuses the key",
    { env: { FAL_KEY: "bad:key" } },
    503,
    {
      error: {
        message: "Not ready: fal refuses every key.",
        type: "server_error",
        param: null,
        code: "upstream_refused",
      },
    },
  ],
  [
    "fal is away",
    { fal: stopped() },
    503,
    {
      error: {
        message: "Not ready: fal cannot be reached.",
        type: "server_error",
        param: null,
        code: "upstream_unreachable",
      },
    },
  ],
])("%s", async (_, options, status, body) => {
  const gateway = await inProcess(options);
  gateway.fal.update({ refused: ["bad:key"] });
  const ready = await gateway.fetch("/readyz");
  expect([ready.status, await ready.json()]).toEqual([status, body]);
  const alive = await gateway.fetch("/healthz");
  expect([alive.status, await alive.json()]).toEqual([200, { status: "ok", version: VERSION }]);
  await gateway.stop();
});
