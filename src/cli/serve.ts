/** `falgate serve`: listening, and leaving in good order. */
import http from "node:http";
import { type App, createApp } from "../app.ts";
import { type Config, ConfigError } from "../config.ts";
import { READ } from "../http/head.ts";
import { createLog, type Log } from "../log.ts";
import { VERSION } from "../version.ts";
import { exposure } from "./exposure.ts";
import { createGateway } from "./gateway.ts";
import { openCounters } from "./counters.ts";
import { DATA_DIR } from "./media.ts";
import { createKeyStore } from "../store/keys/keys.ts";
import { createTaskStore } from "../store/tasks/tasks.ts";
import { keptUsage } from "./purchases.ts";
import { keptRequests } from "./requests.ts";
import { settings } from "./settings.ts";
import type { Invocation } from "./shell.ts";
import { openStore } from "./store.ts";

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
  const gateway = createGateway(config, log, anonymous, {
    requests: kept.requests,
    usage: books.usage,
    storeReady: database.ready,
    taskStore: createTaskStore({ database }),
    keyStore,
    counters,
    ...(dir === MEMORY ? {} : { folder: dir }),
    addressOf: (request) => app.server?.requestIP(request)?.address,
  });
  let draining = false;
  const app: App = createApp(gateway, {
    patient: (request) => app.server?.timeout(request, 0),
    draining: () => draining,
    upgrade: (request, data) => app.server?.upgrade(request, { data }) ?? false,
  });
  // Asked for before anyone can know that it listens: a signal must not come in between.
  const asked = new Promise<string>(invocation.onSignal);
  await gateway.prepare();
  listen(app, config, hostname);
  gateway.start();

  const url = `http://${hostname === "0.0.0.0" ? "localhost" : hostname}:${app.server!.port}`;
  log.info("falgate is listening", {
    version: VERSION,
    url,
    address: `${hostname}:${app.server!.port}`,
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
  gateway.tasks.drain();
  log.info("draining", {
    signal,
    requests: app.server!.pendingRequests,
    generations: gateway.running(),
    tasks: gateway.tasks.counts().running,
  });
  // The server would wait for sockets that nobody means to close.
  gateway.realtime.stop();
  const stopped = app.server!.stop();
  const finished = await Promise.race([
    stopped.then(() => true),
    Bun.sleep(config.shutdownGrace * 1000),
    // Whoever asks twice does not want to wait.
    new Promise<string>(invocation.onSignal).then(() => false),
  ]);
  if (!finished) {
    log.warn("stopping now, some requests are cut off", {
      requests: app.server?.pendingRequests,
    });
    await app.server?.stop(true);
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

function listen(app: ReturnType<typeof createApp>, config: Config, hostname: string): void {
  const { port } = config;
  // Bun's own limit is 16 KB, and its refusal has no body. Its types do not know the setter.
  Object.assign(http, { maxHeaderSize: READ });
  try {
    app.listen({
      hostname,
      port,
      // A second gateway on the same port is a mistake, not a cluster.
      reusePort: false,
      development: false,
      idleTimeout: 30,
      // The edge refuses by the stated length and the body's reader by what it has counted, both
      // with a proper 413. Bun's own has no body at all, and comes before either.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    });
  } catch (error) {
    const code = (error as { code?: string }).code;
    if (code === "EADDRINUSE") {
      throw new ConfigError(
        `PORT ${port} is taken. Stop what listens there, or choose another: falgate serve --port ${port + 1}`,
      );
    }
    if (code === "EACCES") {
      throw new ConfigError(`PORT ${port} may not be used by this user. Choose one above 1023`);
    }
    throw new ConfigError(`cannot listen on ${hostname}:${port}: ${(error as Error).message}`);
  }
}
