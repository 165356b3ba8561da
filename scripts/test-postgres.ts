/** `bun run test:postgres`: all tests once more, with PostgreSQL where they else have SQLite. */
import { postgresMissing, startServer } from "../test/support/postgres.ts";

if (postgresMissing) {
  console.log(`The tests are not run a second time, on PostgreSQL: ${postgresMissing}`);
  process.exit(0);
}
const tests = Bun.spawn(
  [process.execPath, "test", "--timeout", "30000", ...process.argv.slice(2)],
  {
    env: { ...process.env, TEST_DATABASE: await startServer() },
    stdio: ["inherit", "inherit", "inherit"],
  },
);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => tests.kill(signal));
process.exit(await tests.exited);
