/** Conversations: words a second, what the first word waits, and thousands of streams at once. */
import { figure, percentile, type Row } from "./figures.ts";
import { CLIENT_KEY, startBare, startGateway } from "./gateway.ts";
import { load } from "./load.ts";
import { residentMemory, type Server } from "./process.ts";

const ROUNDS = 7;
const STREAMS = 32;
const WORDS = 1000;
const FIRSTS = 300;
const CROWD = 8_000;

const PATH = "/openrouter/router/openai/v1/chat/completions";
const KEY = `Bearer ${CLIENT_KEY}`;

/** Where each of them takes conversations. */
interface Place {
  server: Server;
  url: string;
}

interface Places extends AsyncDisposable {
  model: Place;
  falgate: Place;
  bare: Place;
}

async function places(): Promise<Places> {
  const model = await startBare("model");
  const gateway = await startGateway(model.url);
  const proxy = await startBare("proxy", { TARGET: model.url });
  const at = (server: Server, path: string) => ({ server, url: server.url + path });
  return {
    model: at(model, PATH),
    falgate: at(gateway, "/v1/chat/completions"),
    bare: at(proxy, PATH),
    async [Symbol.asyncDispose]() {
      for (const server of [gateway, proxy, model]) await server[Symbol.asyncDispose]();
    },
  };
}

function ask({ url }: Place, max_tokens: number): Promise<Response> {
  const messages = [{ role: "user", content: "hi" }];
  return fetch(url, {
    method: "POST",
    headers: { authorization: KEY, "content-type": "application/json" },
    body: JSON.stringify({ model: "openai/gpt-4o", stream: true, max_tokens, messages }),
  });
}

/** Words a second through so many streams side by side. */
async function speed(place: Place): Promise<number> {
  const before = performance.now();
  await load(STREAMS, STREAMS, async () => {
    let last = new Uint8Array();
    for await (const chunk of (await ask(place, WORDS)).body!) last = chunk;
    if (!new TextDecoder().decode(last).endsWith("[DONE]\n\n")) throw new Error("a stream was cut");
  });
  return (STREAMS * WORDS) / ((performance.now() - before) / 1000);
}

/** Milliseconds from the question to the first word. */
async function firstWord(place: Place): Promise<number> {
  const waits = await load(FIRSTS, 1, async () => {
    const before = performance.now();
    const response = await ask(place, 2);
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    for (let text = ""; !/"content":"\d/.test(text);) {
      text += decoder.decode((await reader.read()).value, { stream: true });
    }
    const waited = performance.now() - before;
    while (!(await reader.read()).done);
    return waited;
  });
  return percentile(waits, 50);
}

interface Crowded {
  most: number;
  failed: number;
  reasons: string[];
}

/** Thousands of streams at once, by clients of a process of their own; memory at its height. */
async function crowd({ server, url }: Place): Promise<{ memory: number } & Crowded> {
  const env = { TARGET: url, COUNT: String(CROWD), TOKENS: "8", GAP: "2000", KEY };
  const child = Bun.spawn([process.execPath, `${import.meta.dir}/bare/crowd.ts`], {
    env: { PATH: process.env.PATH, BUN_CONFIG_MAX_HTTP_REQUESTS: "65535", ...env },
    stdout: "pipe",
    stderr: "inherit",
  });
  let memory = 0;
  while (child.exitCode === null) {
    memory = Math.max(memory, await residentMemory(server.pid));
    await Bun.sleep(100);
  }
  return { memory, ...(JSON.parse(await new Response(child.stdout).text()) as Crowded) };
}

/** In turn, round by round, so that a busy moment strikes all of them. */
async function inTurn(them: readonly Place[], measure: (place: Place) => Promise<number>) {
  for (const place of them) await measure(place);
  const values = them.map((): number[] => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, place] of them.entries()) values[index]!.push(await measure(place));
  }
  return values as number[][];
}

export async function conversations(): Promise<Row[]> {
  await using all = await places();
  const { model, falgate, bare } = all;
  const against = "a bare Bun.serve proxy of the same stream";

  const [ours, theirs] = await inTurn([falgate, bare], speed);
  const [through, past, direct] = await inTurn([falgate, bare, model], firstWord);
  const added = (waits: readonly number[]) =>
    figure(waits.map((wait, round) => wait - direct![round]!));
  return [
    {
      name: `Words relayed, ${STREAMS} streams`,
      unit: "/s",
      falgate: figure(ours!),
      bare: figure(theirs!),
      against,
      least: 0.8,
    },
    {
      name: "First word, added to the model's own, p50",
      unit: "ms",
      falgate: added(through!),
      bare: added(past!),
      against,
      target: 2,
    },
  ];
}

export async function crowds(): Promise<Row[]> {
  await using all = await places();
  const ours = await crowd(all.falgate);
  const theirs = await crowd(all.bare);
  for (const { most, failed, reasons } of [ours, theirs]) {
    if (failed > 0 || most < CROWD) {
      throw new Error(
        `of ${CROWD} streams ${most} were open at once, ${failed} failed: ${reasons}`,
      );
    }
  }
  return [
    {
      name: `${CROWD} streams open at once, none failed, memory`,
      unit: "MB",
      falgate: figure([ours.memory]),
      bare: figure([theirs.memory]),
      against: "a bare Bun.serve proxy of the same streams",
      target: 300,
    },
  ];
}
