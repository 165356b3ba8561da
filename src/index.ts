/** The process: its arguments, environment, signals and exit status. The only file that touches `process`. */
import "./cli/first.ts"; // Before what follows is evaluated.
import { main } from "./cli/main.ts";
import { requireBun } from "./cli/runtime.ts";

requireBun(Bun.version, (line) => {
  process.stderr.write(`${line}\n`);
  process.exit(1);
});

const status = await main({
  args: process.argv.slice(2),
  env: process.env,
  terminal: process.stdout.isTTY === true,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  onSignal: (handler) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => handler(signal));
  },
});
process.exit(status);
