/** nginx in front of several gateways, as `README.md` shows it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "./port.ts";

export const program = [Bun.which("nginx"), "/usr/sbin/nginx"].find(
  (path) => path && Bun.file(path).size,
);

export const nginxMissing = program ? undefined : "no nginx on this machine";

/** nginx keeps nothing outside of that folder. */
export const temporary = (folder: string) =>
  ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
    .map((name) => `${name}_temp_path ${folder}/${name};`)
    .join("\n  ");

const settings = (port: number, folder: string, gateways: readonly string[]) => `
daemon off;
master_process off;
error_log stderr crit;
pid ${folder}/pid;
events { worker_connections 2048; }
http {
  access_log off;
  ${temporary(folder)}
  upstream falgate {
    ${gateways.map((url) => `server ${new URL(url).host};`).join("\n    ")}
    keepalive 64;
  }
  server {
    listen 127.0.0.1:${port};
    client_max_body_size 0;
    location / {
      proxy_pass http://falgate;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_buffering off;
      proxy_request_buffering off;
      proxy_read_timeout 1h;
    }
  }
}
`;

export interface Nginx {
  url: string;
  stop(): Promise<void>;
}

export async function startNginx(gateways: readonly string[]): Promise<Nginx> {
  const folder = mkdtempSync(join(tmpdir(), "falgate-nginx-"));
  const port = await freePort();
  const file = join(folder, "nginx.conf");
  await Bun.write(file, settings(port, folder, gateways));
  const server = Bun.spawn([program!, "-e", "stderr", "-c", file], {
    ...{ cwd: folder, stdout: "ignore", stderr: "inherit" },
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; !(await fetch(`${url}/healthz`).catch(() => undefined)); tries++) {
    if (tries > 200 || server.exitCode !== null) throw new Error("nginx does not start");
    await Bun.sleep(20);
  }
  return {
    url,
    async stop() {
      server.kill("SIGKILL");
      await server.exited;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
