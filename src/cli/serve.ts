/** `falgate serve`: listening, and leaving in good order. */
import { createApp } from "../app.ts";
import { type Config, ConfigError } from "../config.ts";
import { createLog, type Log } from "../log.ts";
import { VERSION } from "../version.ts";
import { exposure } from "./exposure.ts";
import { createGateway } from "./gateway.ts";
import { listen, type Listening } from "./listen.ts";
import { openCounters } from "./counters.ts";
import { DATA_DIR } from "./media.ts";
import { createKeyStore } from "../store/keys/keys.ts";
import { createTaskStore } from "../store/tasks/tasks.ts";
import { keptUsage } from "./purchases.ts";
import { keptRequests } from "./requests.ts";
import { settings } from "./settings.ts";
import type { Invocation } from "./shell.ts";
import { openStore } from "./store.ts";

const HEAD_START_MS = 5;

/** After the start, when the first requests have come and gone. */
const SETTLED_MS = 300;

export async function serve(invocation: Invocation): Promise<number> {
  const sandbox = invocation.flags.sandbox
    ? (await import("./sandboxed.ts")).sandboxed()
    : undefined;
  const config = sandbox
    ? sandbox.configure(await settings(invocation))
    : await settings(invocation);
  const log = logOf(config, invocation);
  if (config.falKey.length === 0) {
    throw new ConfigError(
      "FAL_KEY is not set. Take a key from fal.ai/dashboard/keys and set FAL_KEY=key_id:key_secret, or try without one: falgate serve --sandbox",
    );
  }

  const dir = config.dataDir ?? (sandbox ? MEMORY : DATA_DIR);
  const database = await openStore(config, dir, log);
  const keyStore = createKeyStore(database);
  const { hostname, anonymous } = exposure(config, invocation, await keyStore.any());
  const kept = keptRequests(config, database, log);
  const books = keptUsage(config, database, log);
  const counters = await openCounters(config, log);
  let server: Listening | undefined;
  const gateway = createGateway(config, log, anonymous, {
    requests: kept.requests,
    usage: books.usage,
    storeReady: database.ready,
    taskStore: createTaskStore({ database }),
    keyStore,
    counters,
    ...(dir === MEMORY ? {} : { folder: dir }),
    addressOf: (request) => server?.requestIP(request)?.address,
  });
  let draining = false;
  const app = createApp(gateway, {
    patient: (request) => server?.timeout(request, 0),
    draining: () => draining,
    upgrade: (request, data) => server?.upgrade(request, { data }) ?? false,
  });
  // Asked for before anyone can know that it listens: a signal must not come in between.
  const asked = new Promise<string>(invocation.onSignal);
  await gateway.prepare();
  server = await listen(app, config, hostname);
  // Who waits for the start goes first: to look up what an earlier run has left takes 2 ms.
  const begun = setTimeout(gateway.start, HEAD_START_MS);

  const url = `http://${hostname === "0.0.0.0" ? "localhost" : hostname}:${server.port}`;
  log.info("falgate is listening", {
    version: VERSION,
    url,
    address: `${hostname}:${server.port}`,
    environment: config.nodeEnv,
    store: database.where,
    counters: counters.where,
  });
  // What the start has left behind: a gateway that nobody calls would hold it for hours.
  setTimeout(() => Bun.gc(true), SETTLED_MS).unref();
  if (anonymous && !config.allowAnonymous) {
    log.warn("There is no client key: only this machine is served, and it needs no key");
  }
  if (sandbox) invocation.out(sandbox.invitation(url, config.apiKey[0]!));

  const signal = await asked;
  draining = true;
  clearTimeout(begun);
  gateway.tasks.drain();
  log.info("draining", {
    signal,
    requests: server.pendingRequests,
    generations: gateway.running(),
    tasks: gateway.tasks.counts().running,
  });
  // The server would wait for sockets that nobody means to close.
  gateway.realtime.stop();
  const stopped = server.stop();
  const finished = await Promise.race([
    stopped.then(() => true),
    Bun.sleep(config.shutdownGrace * 1000),
    // Whoever asks twice does not want to wait.
    new Promise<string>(invocation.onSignal).then(() => false),
  ]);
  if (!finished) {
    log.warn("stopping now, some requests are cut off", {
      requests: server.pendingRequests,
    });
    await server.stop(true);
  }
  await gateway.stop();
  await kept.stop();
  await books.stop();
  await counters.close();
  await database.close();
  await sandbox?.stop();
  log.info("stopped");
  return 0;
}

/** Nothing outlives the process. */
const MEMORY = ":memory:";

function logOf(config: Config, { terminal, out }: Invocation): Log {
  return createLog({
    level: config.debug ? "debug" : config.logLevel,
    format: config.logFormat ?? (terminal ? "pretty" : "json"),
    stacks: config.debug || config.nodeEnv === "development",
    write: out,
  });
}
