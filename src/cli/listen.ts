/** The application on its port: Bun's server, and why it cannot be had. */
import type { Server, WebSocketHandler } from "bun";
import type { App } from "../app.ts";
import { type Config, ConfigError } from "../config.ts";
import { READ } from "../http/head.ts";
import type { Handlers } from "../native/bridge.ts";

export type Listening = Server<Handlers>;

/** What happens to a socket goes to the handlers that it was upgraded with. */
const SOCKETS: WebSocketHandler<Handlers> = {
  open: (socket) => socket.data.open(socket),
  message: (socket, message) => socket.data.message(socket, message),
  drain: (socket) => socket.data.drain(socket),
  close: (socket, code, reason) => socket.data.close(socket, code, reason),
};

/**
 * Elysia's own `listen` would hand Bun a table of all routes, and at once a second one, beside the
 * router that the application has anyway: a fifth of the time until the first answer.
 * @throws {ConfigError} where the address cannot be listened on.
 */
export async function listen(
  { fetch }: Pick<App, "fetch">,
  { port }: Pick<Config, "port">,
  hostname: string,
): Promise<Listening> {
  // Bun's own limit is 16 KB, and its refusal has no body. The executable is built with this one:
  // node:http takes 3 ms to load. Its types do not know the setter.
  if (!Bun.isStandaloneExecutable) {
    Object.assign((await import("node:http")).default, { maxHeaderSize: READ });
  }
  try {
    return Bun.serve({
      hostname,
      port,
      fetch,
      websocket: SOCKETS,
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
