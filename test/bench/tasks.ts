/** Durable tasks: what thousands of unfinished ones cost while nothing happens, and what a query costs. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figure, type Row } from "./figures.ts";
import { FAL_KEY, startBare, startSandbox } from "./gateway.ts";
import { expectOk, load } from "./load.ts";
import { processorTime, residentMemory, type Server } from "./process.ts";

const WATCHED = 5_000;
const ROUNDS = 5;
/** Longer than a silent stream is held, so that taking it up again is counted. */
const ROUND_MS = 12_000;
const QUERIES = 10_000;
const AT_ONCE = 8;

/** Percent of a core while nothing happens upstream. */
async function atRest(server: Server): Promise<number> {
  const [time, moment] = [await processorTime(server.pid), performance.now()];
  await Bun.sleep(ROUND_MS);
  return (((await processorTime(server.pid)) - time) / ((performance.now() - moment) / 1000)) * 100;
}

const prompt = (number: number) => `number ${number} [sandbox queue=3600s]`;

const task = (number: number) => ({
  ...{ id: `t${number}`, owner: "anna", dialect: "veo", kind: "video", model: "veo3.1-fast" },
  request: { prompt: prompt(number) },
});

const post = (url: string, body: object) =>
  expectOk(url, { method: "POST", body: JSON.stringify(body) });

export async function watchedTasks(): Promise<Row[]> {
  await using sandbox = await startSandbox();
  await using tasks = await startBare("tasks", environment(sandbox.url));
  await using watch = await startBare("watch", { TARGET: `${sandbox.url}/queue` });
  await load(WATCHED, 64, (number) => post(`${tasks.url}/tasks`, task(number)));
  await load(WATCHED, 64, (number) => post(watch.url, { prompt: prompt(number) }));
  await Bun.sleep(5_000);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    // At the same time: a busy moment of the machine strikes both.
    const [one, other] = await Promise.all([atRest(tasks), atRest(watch)]);
    ours.push(one);
    theirs.push(Math.max(other, 0.1));
  }
  const memory = [await residentMemory(tasks.pid), await residentMemory(watch.pid)];
  const against = "the same streams, held and not read";
  const name = `${WATCHED} unfinished tasks at rest`;
  return [
    {
      name: `${name}, CPU`,
      unit: "% of a core",
      falgate: figure(ours),
      bare: figure(theirs),
      against,
      target: 15,
    },
    {
      name: `${name}, memory`,
      unit: "MB",
      falgate: figure([memory[0]!]),
      bare: figure([memory[1]!]),
      against,
    },
    await queries(tasks),
  ];
}

/** Over a socket, so that the bare server's share can be told from the store's. */
async function queries(tasks: Server): Promise<Row> {
  const file = join(tmpdir(), `falgate-bench-task-${process.pid}.json`);
  await Bun.write(file, await expectOk(`${tasks.url}/tasks/t1`));
  await using bytes = await startBare("bytes", { FILE: file });
  const cost = async (server: Server) => {
    const before = await processorTime(server.pid);
    await load(QUERIES, AT_ONCE, (number) => expectOk(`${server.url}/tasks/t${number % WATCHED}`));
    return (((await processorTime(server.pid)) - before) / QUERIES) * 1e6;
  };
  for (const server of [tasks, bytes]) await cost(server);
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    ours.push(await cost(tasks));
    theirs.push(await cost(bytes));
  }
  await Bun.file(file).delete();
  const against = "a bare server of the same bytes";
  return {
    ...{ name: "A task's query, CPU", unit: "µs", against, target: 1_000 },
    ...{ falgate: figure(ours), bare: figure(theirs) },
  };
}

const environment = (upstream: string) => ({
  FAL_KEY,
  API_KEY: "sk-bench",
  FAL_QUEUE_URL: `${upstream}/queue`,
  FAL_RUN_URL: `${upstream}/run`,
  FAL_REST_URL: `${upstream}/rest`,
  FAL_PLATFORM_URL: `${upstream}/platform`,
  FAL_MEDIA_HOSTS: new URL(upstream).host,
});
