/** From the moment that fal is done to the client's receipt, with many generations in flight. */
import { figure, percentile, type Row } from "./figures.ts";
import { CLIENT_KEY, FAL_KEY, startBare, startGateway } from "./gateway.ts";
import { expectOk, load } from "./load.ts";
import type { Server } from "./process.ts";

const IN_FLIGHT = 200;
const COUNT = 1_000;
const ROUNDS = 5;
const ENDPOINT = "fal-ai/flux/dev";

/** Generations take from half a second to one and a half, so that they end one by one. */
const spread = (index: number) => 500 + ((index * 379) % 1000);
/** All of them end at once. */
const herd = () => 1000;

type Pace = (index: number) => number;

async function lags(server: Server, path: string, key: string, pace: Pace, count: number) {
  const headers = { authorization: key, "content-type": "application/json" };
  return load(count, IN_FLIGHT, async (index) => {
    // The upstream reads the prompt as milliseconds, and puts the moment of its end into the link.
    const body = JSON.stringify({ model: ENDPOINT, prompt: String(pace(index)) });
    const text = await expectOk(server.url + path, { method: "POST", headers, body });
    const received = performance.timeOrigin + performance.now();
    return received - Number(/127\.0\.0\.1\/([\d.]+)\.png/.exec(text)![1]!);
  });
}

export async function completionLag(): Promise<Row[]> {
  await using fal = await startBare("fal");
  await using gateway = await startGateway(fal.url);
  await using queue = await startBare("queue", { TARGET: `${fal.url}/queue` });

  async function measure(pace: Pace, count: number) {
    const ours: number[][] = [];
    const bare: number[][] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const path = "/v1/images/generations";
      ours.push(await lags(gateway, path, `Bearer ${CLIENT_KEY}`, pace, count));
      bare.push(await lags(queue, `/${ENDPOINT}`, `Key ${FAL_KEY}`, pace, count));
    }
    return (percent: number) => ({
      falgate: figure(ours.map((values) => percentile(values, percent))),
      bare: figure(bare.map((values) => percentile(values, percent))),
    });
  }

  const against = "the same three calls, bare";
  const one = await measure(spread, COUNT);
  const all = await measure(herd, IN_FLIGHT);
  const name = `Completion lag, ${IN_FLIGHT} in flight,`;
  return [
    { name: `${name} p50`, unit: "ms", ...one(50), against, target: 10 },
    { name: `${name} p99`, unit: "ms", ...one(99), against, target: 50 },
    { name: `${name} all done at once, p50`, unit: "ms", ...all(50), against },
    { name: `${name} all done at once, p99`, unit: "ms", ...all(99), against },
  ];
}
