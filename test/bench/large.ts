/** Bodies of 200 MB through falgate, up and down: what they take of its memory while they pass. */
import { writeFile } from "node:fs/promises";
import { figure, type Row } from "./figures.ts";
import { CLIENT_KEY, FAL_KEY, startBare, startGateway } from "./gateway.ts";
import { peakMemory, residentMemory, type Server } from "./process.ts";

const BYTES = 200_000_000;
const ROUNDS = 5;

type Transfer = (base: string, headers: Record<string, string>) => Promise<number>;

const block = new Uint8Array(1_000_000).fill(97);

async function* blocks(): AsyncGenerator<Uint8Array> {
  for (let sent = 0; sent < BYTES; sent += block.length) yield block;
}

/** How many bytes the upstream has counted. */
const up: Transfer = async (base, headers) => {
  const response = await fetch(`${base}/fal-ai/flux/dev`, {
    method: "POST",
    headers: { ...headers, "content-type": "application/octet-stream" },
    body: blocks() as never,
  });
  return ((await response.json()) as { bytes: number }).bytes;
};

/** How many bytes have arrived here. */
const down: Transfer = async (base, headers) => {
  const url = `${base}/fal-ai/flux/dev?bytes=${BYTES}`;
  const response = await fetch(url, { method: "POST", headers, body: "{}" });
  let bytes = 0;
  for await (const chunk of response.body!) bytes += chunk.length;
  return bytes;
};

/** MB beyond what it held before. */
async function taken({ pid }: Server, transfer: () => Promise<number>): Promise<number> {
  const before = await residentMemory(pid);
  // The kernel forgets the peak so far (proc(5), clear_refs).
  await writeFile(`/proc/${pid}/clear_refs`, "5");
  const bytes = await transfer();
  if (bytes !== BYTES) throw new Error(`${bytes} bytes arrived instead of ${BYTES}`);
  return (await peakMemory(pid)) - before;
}

export async function largeBodies(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [name, transfer] of [
    ["200 MB up", up],
    ["200 MB down", down],
  ] as const) {
    await using upstream = await startBare("upstream");
    await using gateway = await startGateway(upstream.url);
    await using proxy = await startBare("proxy", { TARGET: `${upstream.url}/run` });
    const [ours, theirs]: [number[], number[]] = [[], []];
    const mine = { authorization: `Key ${CLIENT_KEY}` };
    const fals = { authorization: `Key ${FAL_KEY}` };
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await taken(gateway, () => transfer(`${gateway.url}/run`, mine)));
      theirs.push(await taken(proxy, () => transfer(proxy.url, fals)));
    }
    const against = "a bare Bun.serve + fetch proxy";
    const [falgate, bare] = [figure(ours), figure(theirs)];
    rows.push({ name: `${name}, memory beyond`, unit: "MB", falgate, bare, against, target: 64 });
  }
  return rows;
}
