/** A server that answers as a test says: for what an emulated fal would never do. */
export { cut } from "../../src/sandbox/reply.ts";

export interface Upstream {
  url: string;
  host: string;
  /** `METHOD /path`, in order. */
  asked: string[];
  stop(): Promise<void>;
}

export function createUpstream(
  answer: (request: Request, nth: number) => Response | Promise<Response>,
): Upstream {
  const asked: string[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    idleTimeout: 0,
    fetch(request) {
      const { pathname, search } = new URL(request.url);
      asked.push(`${request.method} ${pathname}${search}`);
      return answer(request, asked.length);
    },
  });
  const host = `127.0.0.1:${server.port}`;
  return { url: `http://${host}`, host, asked, stop: () => server.stop(true) };
}
