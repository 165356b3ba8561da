/** One connection to Redis or Valkey: kept up, given up when it falls silent, and its scripts. */
import { RedisClient } from "bun";
import type { Log } from "../../log.ts";
import { CountersLost } from "./counters.ts";

/** Lua that runs in Redis as one step. */
export interface Script {
  readonly source: string;
  readonly sha: string;
}

export const script = (source: string): Script => ({
  source,
  sha: new Bun.CryptoHasher("sha1").update(source).digest("hex"),
});

export type Argument = string | number;

export interface Connection {
  /** @throws {CountersLost} when Redis does not answer, or not with a result. */
  run(script: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown>;
  send(command: string, args: readonly string[]): Promise<unknown>;
  readonly up: boolean;
  close(): void;
}

export interface ConnectionOptions {
  url: string;
  log: Log;
  /** Run on each new connection, before anybody else may use it. */
  greet(run: Connection["run"]): Promise<void>;
  /** It is usable again. */
  rose(): void;
  /** It is lost: what was asked and not answered has failed, and may have been done all the same. */
  fell(): void;
}

const TICK_MS = 250;
/** Ticks without any answer to what was asked: a frozen server must not freeze the gateway. */
const SILENT_TICKS = 4;
/** Between two attempts to connect, growing by half. */
const RETRY_MS = { first: 100, last: 2000 } as const;

/** Resolves when it is up for the first time; rejects when that fails. */
export async function connect(options: ConnectionOptions): Promise<Connection> {
  const { url, log, greet, rose, fell } = options;
  let client: RedisClient | undefined;
  let asked = 0;
  let answered = 0;
  let closed = false;
  let warnedAt = Number.NEGATIVE_INFINITY;

  async function send(through: RedisClient | undefined, command: string, args: readonly string[]) {
    if (!through) throw new CountersLost("Redis is out of reach");
    asked += 1;
    try {
      return (await through.send(command, args as string[])) as unknown;
    } finally {
      answered += 1;
    }
  }

  /** A server that answers with an error (out of memory, read-only, loading) is as good as lost. */
  function refused(error: unknown): never {
    if (error instanceof CountersLost) throw error;
    const now = performance.now();
    if (client?.connected && now - warnedAt > 10_000) {
      warnedAt = now;
      log.error("Redis refuses what it is asked", { error });
    }
    throw new CountersLost("Redis did not do what it was asked", { cause: error });
  }

  const runOn =
    (through: () => RedisClient | undefined): Connection["run"] =>
    async ({ sha, source }, keys, args) => {
      const rest = [String(keys.length), ...keys, ...args.map(String)];
      return send(through(), "EVALSHA", [sha, ...rest])
        .catch((error: Error) => {
          // It forgets scripts when it restarts, and when it is told to.
          if (!error.message.startsWith("NOSCRIPT")) throw error;
          return send(through(), "EVAL", [source, ...rest]);
        })
        .catch(refused);
    };

  async function open(): Promise<void> {
    const opened = new RedisClient(url, {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: 2000,
    });
    let failed: unknown;
    opened.onclose = (error) => {
      failed = error;
      drop(opened);
    };
    const patience = setTimeout(() => opened.close(), 2 * SILENT_TICKS * TICK_MS);
    try {
      await opened.connect();
      await send(opened, "PING", []);
      await greet(runOn(() => opened));
    } catch (error) {
      opened.close();
      throw error;
    } finally {
      clearTimeout(patience);
    }
    if (failed || closed) throw failed ?? new CountersLost("closed");
    client = opened;
  }

  function drop(dropped: RedisClient): void {
    if (client !== dropped) return;
    client = undefined;
    fell();
    void reopen();
  }

  async function reopen(): Promise<void> {
    for (let pause: number = RETRY_MS.first; !closed; pause *= 1.5) {
      try {
        await open();
        return rose();
      } catch {
        await Bun.sleep(Math.min(pause, RETRY_MS.last));
      }
    }
  }

  let before = 0;
  let silent = 0;
  const watchdog = setInterval(() => {
    silent = asked > answered && answered === before ? silent + 1 : 0;
    before = answered;
    if (silent < SILENT_TICKS || !client) return;
    silent = 0;
    client.close();
  }, TICK_MS);
  watchdog.unref();

  await open().catch((error: unknown) => {
    closed = true;
    clearInterval(watchdog);
    throw error;
  });

  return {
    run: runOn(() => client),
    send: (command, args) => send(client, command, args).catch(refused),
    get up() {
      return client !== undefined;
    },
    close() {
      closed = true;
      clearInterval(watchdog);
      const last = client;
      client = undefined;
      last?.close();
    },
  };
}
