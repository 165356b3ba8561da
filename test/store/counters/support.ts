/** A Redis server for tests, where the machine has one: started on a port of its own, and killed at will. */
import { createServer } from "node:net";

const program = ["redis-server", "valkey-server"].map((name) => Bun.which(name)).find(Boolean);

export const redisMissing = program ? undefined : "no redis-server on this machine";
if (redisMissing) console.log(`the counters are not tried on Redis: ${redisMissing}`);

export interface RedisServer {
  /** A database that nothing else uses. */
  url(): string;
  readonly port: number;
  /** It dies, with all that it knew. */
  kill(): Promise<void>;
  /** On the same port, empty. */
  start(): Promise<void>;
  /** It answers nothing, and keeps its connections. */
  freeze(): void;
  thaw(): void;
  stop(): Promise<void>;
}

export async function redisServer(): Promise<RedisServer> {
  const port = await freePort();
  let server: Bun.Subprocess;
  let database = 0;

  async function start(): Promise<void> {
    server = Bun.spawn(
      [program!, "--port", String(port), "--bind", "127.0.0.1", "--save", ""].concat(
        ...["--appendonly", "no", "--databases", "1000"],
      ),
      { cwd: "/tmp", stdout: "ignore", stderr: "ignore" },
    );
    server.unref();
    for (let tries = 0; ; tries++) {
      const client = new Bun.RedisClient(`redis://127.0.0.1:${port}`, { autoReconnect: false });
      try {
        await client.connect();
        await client.send("PING", []);
        return;
      } catch (error) {
        if (tries > 200) throw error;
        await Bun.sleep(20);
      } finally {
        client.close();
      }
    }
  }

  async function kill(): Promise<void> {
    server.kill("SIGKILL");
    await server.exited;
  }

  await start();
  return {
    url: () => `redis://127.0.0.1:${port}/${++database}`,
    port,
    kill,
    start,
    freeze: () => server.kill("SIGSTOP"),
    thaw: () => server.kill("SIGCONT"),
    stop: kill,
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address ? address.port : 0));
    });
  });
}
