/** fal's own API through falgate: submissions and polls a second, against a proxy that does the least. */
import { figure, type Row } from "./figures.ts";
import { CLIENT_KEY, FAL_KEY, startBare, startGateway } from "./gateway.ts";
import { expectOk, load } from "./load.ts";
import { startNginx } from "./nginx.ts";

const ROUNDS = 7;
/** Polls cost so little that a round must hold many; of submissions each one stays pending. */
const POLLS = 10_000;
const SUBMISSIONS = 3_000;
const AT_ONCE = 32;
/** Where fal takes its time: so many that the processor has work all the while. */
const AT_ONCE_SLOW = 128;
/** Requests that are polled in turn. */
const POLLED = 100;

const INPUT = JSON.stringify({ prompt: "a lighthouse at dusk", image_size: "landscape_4_3" });

interface Contender {
  base: string;
  headers: Record<string, string>;
}

type Ask = (contender: Contender, index: number) => Promise<unknown>;

/** Requests a second of each, in turn, round by round, so that a busy moment strikes all of them. */
async function compare(
  contenders: readonly Contender[],
  ask: Ask,
  count: number,
  atOnce = AT_ONCE,
) {
  const rate = async (contender: Contender) => {
    const before = performance.now();
    await load(count, atOnce, (index) => ask(contender, index));
    return count / ((performance.now() - before) / 1000);
  };
  for (const contender of [...contenders, ...contenders]) await rate(contender);
  const rates = contenders.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [index, contender] of contenders.entries()) {
      rates[index]!.push(await rate(contender));
    }
  }
  return rates.map(figure);
}

const submit = ({ base, headers }: Contender) =>
  expectOk(`${base}/fal-ai/flux/dev`, { method: "POST", headers, body: INPUT });

/** What fal takes to answer a submission, at the least. */
const FAL_MS = 20;

export async function relayed(): Promise<Row[]> {
  return [...(await withUpstream("cheap")), ...(await withUpstream("as slow as fal"))];
}

async function withUpstream(kind: "cheap" | "as slow as fal"): Promise<Row[]> {
  const slow = kind !== "cheap";
  await using upstream = await startBare("upstream", slow ? { DELAY: String(FAL_MS) } : {});
  await using gateway = await startGateway(upstream.url);
  await using proxy = await startBare("proxy", { TARGET: `${upstream.url}/queue` });
  await using nginx = await startNginx(`${upstream.url}/queue`);
  const json = { "content-type": "application/json" };
  const key = { ...json, authorization: `Key ${FAL_KEY}` };
  const contenders = [
    { base: gateway.url, headers: { ...json, authorization: `Key ${CLIENT_KEY}` } },
    { base: proxy.url, headers: key },
    ...(nginx ? [{ base: nginx.url, headers: key }] : []),
  ];
  const ids = await Promise.all(
    Array.from({ length: POLLED }, async () => {
      const { request_id: id } = JSON.parse(await submit(contenders[0]!)) as { request_id: string };
      return id;
    }),
  );
  const poll: Ask = ({ base, headers }, index) =>
    expectOk(`${base}/fal-ai/flux/requests/${ids[index % POLLED]}/status?logs=1`, { headers });
  if (slow) {
    const name = `Submit, fal takes ${FAL_MS} ms`;
    return rows(name, await compare(contenders, submit, SUBMISSIONS, AT_ONCE_SLOW));
  }
  // Polls first: afterwards tens of thousands of requests are pending, which falgate looks at too.
  const polls = await compare(contenders, poll, POLLS);
  return [
    ...rows("Submit to the queue", await compare(contenders, submit, SUBMISSIONS)),
    ...rows("Poll a status", polls),
  ];
}

function rows(name: string, [falgate, bare, nginx]: readonly Row["falgate"][]): Row[] {
  const row = { name, unit: "/s", falgate: falgate! };
  return [
    { ...row, bare: bare!, against: "a bare Bun.serve + fetch proxy", least: 0.8 },
    ...(nginx ? [{ ...row, bare: nginx, against: "nginx, proxy_pass with keep-alive" }] : []),
  ];
}
