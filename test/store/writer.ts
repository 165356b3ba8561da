/** A program that remembers and settles requests until it is killed; it prints what is flushed. */
import { silent } from "../../src/log.ts";
import { createWriteBehind } from "../../src/store/batch.ts";
import { openDatabase } from "../../src/store/database.ts";
import { createRequests } from "../../src/store/requests.ts";
import { result, submitted } from "./support.ts";

const [options = "{}", prefix = "r"] = process.argv.slice(2);
const database = await openDatabase({ ...JSON.parse(options), log: silent });
const writes = createWriteBehind({ database, log: silent });
const requests = createRequests({ database, writes });

for (let number = 0; ; number++) {
  await requests.remember(submitted(`${prefix}-${number}`));
  const body = String(number).repeat(number % 500);
  if (number % 3 > 0) await requests.settle(`${prefix}-${number}`, result(body));
  if (number % 40 > 0) continue;
  if (number % 80 > 0) await writes.flush();
  if (number % 80 > 0) process.stdout.write(`${number}\n`);
  await Bun.sleep(0);
}
