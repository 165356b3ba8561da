/** Processor time for each request: the gateway's process against a proxy's that does the least. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figure, type Row } from "./figures.ts";
import { CLIENT_KEY, FAL_KEY, startBare, startGateway, startSandbox } from "./gateway.ts";
import { expectOk, load } from "./load.ts";
import { processorTime, type Server } from "./process.ts";

const ROUNDS = 7;
const AT_ONCE = 8;
/** So many that the kernel's clock, which ticks every 10 ms, shows two digits. */
const LISTS = 10_000;
const PICTURES = 3_000;

const ENDPOINT = "fal-ai/flux/dev";

interface Contender {
  server: Server;
  ask: (index: number) => Promise<unknown>;
}

/** Microseconds of processor time a request. */
async function cost({ server, ask }: Contender, count: number): Promise<number> {
  const before = await processorTime(server.pid);
  await load(count, AT_ONCE, ask);
  return (((await processorTime(server.pid)) - before) / count) * 1e6;
}

/** All contenders in turn, round by round, so that a busy moment strikes all of them. */
async function compare(contenders: readonly Contender[], count: number) {
  // Twice, until the compiler has nothing left to do.
  for (const contender of [...contenders, ...contenders]) await cost(contender, count);
  const costs = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, contender] of contenders.entries()) {
      costs[index]!.push(await cost(contender, count));
    }
  }
  return costs.map(figure);
}

const get = (server: Server, path: string): Contender => {
  const headers = { authorization: `Bearer ${CLIENT_KEY}` };
  return { server, ask: () => expectOk(server.url + path, { headers }) };
};

function post(server: Server, path: string, key: string, more: object = {}): Contender {
  const headers = { authorization: key, "content-type": "application/json" };
  const ask = (index: number) => {
    const body = JSON.stringify({ ...more, prompt: `A lighthouse, the ${index}th` });
    return expectOk(server.url + path, { method: "POST", headers, body });
  };
  return { server, ask };
}

export async function modelLists(): Promise<Row[]> {
  await using sandbox = await startSandbox();
  await using gateway = await startGateway(sandbox.url);
  const ours = get(gateway, "/v1/models");
  const file = join(tmpdir(), `falgate-bench-models-${process.pid}.json`);
  await Bun.write(file, (await ours.ask(0)) as string);
  await using upstream = await startBare("bytes", { FILE: file });
  await using proxy = await startBare("proxy", { TARGET: upstream.url });
  const [falgate, bare] = await compare([ours, get(proxy, "/v1/models")], LISTS);
  const against = "a bare proxy in front of the same bytes";
  await Bun.file(file).delete();
  return [{ name: "GET /v1/models, CPU", unit: "µs", falgate: falgate!, bare: bare!, against }];
}

export async function pictures(): Promise<Row[]> {
  await using sandbox = await startSandbox();
  await using gateway = await startGateway(sandbox.url);
  await using queue = await startBare("queue", { TARGET: `${sandbox.url}/queue` });
  await using proxy = await startBare("proxy", { TARGET: `${sandbox.url}/run` });
  const key = `Key ${FAL_KEY}`;
  const [falgate, three, one] = await compare(
    [
      post(gateway, "/v1/images/generations", `Bearer ${CLIENT_KEY}`, { model: ENDPOINT }),
      post(queue, `/${ENDPOINT}`, key),
      post(proxy, `/${ENDPOINT}`, key),
    ],
    PICTURES,
  );
  const row = { name: "POST /v1/images/generations, CPU", unit: "µs", falgate: falgate! };
  return [
    { ...row, bare: three!, against: "the same three calls of fal's queue, bare" },
    { ...row, bare: one!, against: "a bare proxy's one call of fal.run" },
  ];
}
