/** nginx in front of an upstream, with connections that are kept: what many would put there. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { program, temporary } from "../support/nginx.ts";
import { freePort, type Server, startServer } from "./process.ts";

const settings = (port: number, upstream: URL, folder: string) => `
daemon off;
master_process off;
error_log stderr error;
pid ${folder}/pid;
events { worker_connections 1024; }
http {
  access_log off;
  ${temporary(folder)}
  keepalive_requests 1000000;
  upstream fal { server ${upstream.host}; keepalive 64; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location = /healthz { return 200; }
    location / {
      proxy_pass http://fal${upstream.pathname}/;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
    }
  }
}
`;

/** Nothing where there is no nginx, which is said in a line. */
export async function startNginx(upstream: string): Promise<Server | null> {
  if (!program) {
    console.log("There is no nginx here: the rows beside it are left out.");
    return null;
  }
  const folder = mkdtempSync(join(tmpdir(), "falgate-nginx-"));
  const port = freePort();
  const file = join(folder, "nginx.conf");
  await Bun.write(file, settings(port, new URL(upstream), folder));
  const server = await startServer([program, "-c", file], { port });
  return {
    ...server,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
