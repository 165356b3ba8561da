/** Hearing what other instances publish, on a connection of its own, which Redis asks for. */
import { RedisClient } from "bun";

export interface Hearing {
  close(): void;
}

export interface HearingOptions {
  url: string;
  channel: string;
  heard(message: string): void;
  /** It hears again after a time in which it may have missed something. */
  rejoined(): void;
}

const RETRY_MS = { first: 100, last: 1000 } as const;
const CONNECT_MS = 2000;
/** Redis is asked for a sign of life so often; one that gives none by the next time is left. */
const PING_MS = 1000;

/** Resolves when it hears for the first time; rejects when that fails. */
export async function hear({ url, channel, heard, rejoined }: HearingOptions): Promise<Hearing> {
  let client: RedisClient | undefined;
  let closed = false;
  let unanswered = 0;

  async function open(): Promise<void> {
    // Bun's own reconnecting forgets what was subscribed to.
    const opened = new RedisClient(url, {
      autoReconnect: false,
      enableOfflineQueue: false,
      connectionTimeout: CONNECT_MS,
    });
    opened.onclose = () => {
      if (client !== opened) return;
      client = undefined;
      void reopen();
    };
    const patience = setTimeout(() => opened.close(), CONNECT_MS);
    try {
      await opened.connect();
      await opened.subscribe(channel, heard);
    } catch (error) {
      opened.close();
      throw error;
    } finally {
      clearTimeout(patience);
    }
    if (closed) return opened.close();
    unanswered = 0;
    client = opened;
  }

  async function reopen(): Promise<void> {
    for (let pause: number = RETRY_MS.first; !closed; pause *= 1.5) {
      try {
        await open();
        return closed ? undefined : rejoined();
      } catch {
        await Bun.sleep(Math.min(pause, RETRY_MS.last));
      }
    }
  }

  const pulse = setInterval(() => {
    if (!client) return;
    // Twice: this process may have been too busy to read the answer to the first.
    if (unanswered >= 2) return client.close();
    unanswered += 1;
    client.ping().then(
      () => (unanswered = 0),
      () => {}, // It is being closed, and opened again.
    );
  }, PING_MS);
  pulse.unref();

  await open().catch((error: unknown) => {
    closed = true;
    clearInterval(pulse);
    throw error;
  });

  return {
    close() {
      closed = true;
      clearInterval(pulse);
      client?.close();
    },
  };
}
