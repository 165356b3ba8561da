/** The process: its arguments, environment, signals and exit status. The only file that touches `process`. */
import { requireBun, settleRuntime } from "./cli/runtime.ts";

settleRuntime(process);

/** How long a line waits for others. */
const GATHER_MS = 5;

/** When the start is over, and what is run is worth compiling (`jitPolicy` in `scripts/build.ts`). */
const STARTED_MS = 300;

/** How long the last words may take to reach whoever reads them. */
const DRAIN_MS = 2_000;

/**
 * Lines of a few milliseconds go out together: under load, a write for each costs as much as the
 * answer. What is written to a pipe is on its way for a while, and an exit would cut it off.
 * Bun's own sink writes to a pipe as process.stdout does, without node's streams, which take 3 ms to
 * load.
 */
function writer(file: Bun.BunFile, lost: (error: unknown) => void) {
  const sink = file.writer();
  let held = "";
  let last: Promise<unknown> = Promise.resolve();
  function flush(): void {
    if (held === "") return;
    const text = held;
    held = "";
    last = Promise.try(() => {
      sink.write(text);
      return sink.flush();
    }).catch(lost);
  }
  process.on("exit", flush);
  return {
    write(text: string): void {
      if (held === "") setTimeout(flush, GATHER_MS);
      held += text;
    },
    done(): Promise<unknown> {
      flush();
      return last;
    },
  };
}

requireBun(Bun.version, (line) => {
  process.stderr.write(`${line}\n`);
  process.exit(1);
});

// Nobody is left to be told that there is nobody left.
const err = writer(Bun.stderr, () => {});
/** What kept the output from being written. */
let unwritten: NodeJS.ErrnoException | undefined;
const out = writer(Bun.stdout, (error) => {
  if (!unwritten) {
    err.write(`falgate: cannot write to standard output: ${(error as Error).message}\n`);
  }
  unwritten = error as Error;
});

setTimeout(() => Bun.unsafe.setJITPolicy(1), STARTED_MS).unref();

// What node:tty asks too. That module, like process.stdout, brings node's streams along.
const { isTTY } = process.binding("tty_wrap") as { isTTY(fd: number): boolean };

// Only now: a process that replaces itself has no use for the rest.
const { main } = await import("./cli/main.ts");
const status = await main({
  args: process.argv.slice(2),
  env: process.env,
  terminal: isTTY(1),
  out: out.write,
  err: err.write,
  onSignal: (handler) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => handler(signal));
  },
});
await Promise.race([Promise.all([out.done(), err.done()]), Bun.sleep(DRAIN_MS)]);
// Whoever closes a pipe has read enough of it; a full disk has half of what was asked for.
process.exit(unwritten && unwritten.code !== "EPIPE" ? status || 1 : status);
