/** Keeping a large file: what memory it takes, and how long, from fal's result to the answer. */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { figure, type Row } from "./figures.ts";
import { CLIENT_KEY, startBare, startGateway } from "./gateway.ts";
import { expectOk } from "./load.ts";
import { residentMemory, type Server } from "./process.ts";

const SIZE = 500_000_000;
const ROUNDS = 3;
const LOOK_MS = 10;

interface Kept {
  /** MB above what the process held before. */
  memory: number;
  seconds: number;
}

/** The most that a process holds while something goes on in it. */
async function during({ pid }: Server, work: Promise<unknown>): Promise<Kept> {
  const [before, started] = [await residentMemory(pid), performance.now()];
  let [most, over] = [before, false];
  const end = work.finally(() => {
    over = true;
  });
  while (!over) {
    most = Math.max(most, await residentMemory(pid));
    await Bun.sleep(LOOK_MS);
  }
  await end;
  return { memory: most - before, seconds: (performance.now() - started) / 1000 };
}

const film = (server: Server, number: number) =>
  expectOk(`${server.url}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${CLIENT_KEY}` },
    body: JSON.stringify({
      model: "veo3-fast",
      messages: [{ role: "user", content: `film ${number}` }],
    }),
  });

export async function keptFiles(): Promise<Row[]> {
  const file = join(tmpdir(), `falgate-bench-film-${process.pid}.mp4`);
  await Bun.write(file, crypto.getRandomValues(Buffer.alloc(60_000)));
  await Bun.$`truncate -s ${SIZE} ${file}`;
  try {
    await using upstream = await startBare("film", { FILE: file });
    await using gateway = await startGateway(upstream.url, { MEDIA_STORE: "disk" });
    await using bare = await startBare("keep", { TARGET: `${upstream.url}/files/film.mp4` });
    const [ours, theirs]: [Kept[], Kept[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      ours.push(await during(gateway, film(gateway, round)));
      theirs.push(await during(bare, expectOk(`${bare.url}/keep`)));
    }
    const against = "a bare loop from fetch to a file";
    const of = (all: readonly Kept[], what: keyof Kept) => figure(all.map((one) => one[what]));
    return [
      {
        ...{ name: "500 MB kept, extra memory", unit: "MB", against, target: 64 },
        ...{ falgate: of(ours, "memory"), bare: of(theirs, "memory") },
      },
      {
        ...{ name: "500 MB kept, time", unit: "s", against },
        ...{ falgate: of(ours, "seconds"), bare: of(theirs, "seconds") },
      },
    ];
  } finally {
    await Bun.file(file).delete();
  }
}
