/** The sandbox: an emulated fal on one port, a path prefix standing for each of fal's hosts. */
import { bill } from "./bill.ts";
import type { Call, Host } from "./call.ts";
import { control } from "./control.ts";
import type { Fal } from "./fal.ts";
import { forgetAfter } from "./forget.ts";
import { createHistory } from "./history.ts";
import { type Charge, createLedger } from "./ledger.ts";
import { mediaHost } from "./media-host.ts";
import type { SandboxOptions, Settings } from "./options.ts";
import { runTime } from "./pace.ts";
import { page } from "./page.ts";
import { perform } from "./perform.ts";
import { platformHost } from "./platform-host.ts";
import { createQueue } from "./queue.ts";
import { queueHost } from "./queue-host.ts";
import { originOf, receive } from "./receive.ts";
import { greet, hear, type Line, lineOf } from "./realtime.ts";
import { createRecorder, type Recorded } from "./recorder.ts";
import { detail } from "./reply.ts";
import { restHost } from "./rest-host.ts";
import { runHost } from "./run-host.ts";
import { createTally } from "./tally.ts";
import { createTokens } from "./token.ts";
import { createUploads } from "./upload.ts";
import { callWebhook } from "./webhook.ts";

export type { Charge, Recorded, SandboxOptions };

export interface Sandbox {
  readonly url: string;
  readonly port: number;
  readonly queueUrl: string;
  readonly runUrl: string;
  readonly restUrl: string;
  readonly platformUrl: string;
  /** Every request received, oldest first. */
  readonly requests: readonly Recorded[];
  /** What it billed, oldest first. */
  readonly billed: readonly Charge[];
  /** By key: the most requests that waited and ran at any one time. */
  busiest(): Record<string, number>;
  /** Changes options while it runs; undefined puts one back to its default. */
  update(options: Partial<Settings>): void;
  /** Forgets requests, results, uploads and bills; the options stay. */
  reset(): void;
  stop(): Promise<void>;
}

const prefixes: Readonly<Record<string, Host>> = {
  queue: "queue",
  run: "run",
  rest: "rest",
  platform: "platform",
  files: "media",
};

const hosts: Record<Host, (fal: Fal, call: Call) => Response | Promise<Response>> = {
  queue: queueHost,
  run: runHost,
  rest: restHost,
  platform: platformHost,
  media: mediaHost,
};

export function createSandbox(options: SandboxOptions = {}): Sandbox {
  const { port = 4100, hostname = "127.0.0.1", ...settings } = options;
  const recorder = createRecorder();
  const ledger = createLedger();
  const fal: Fal = {
    settings,
    history: createHistory(),
    ledger,
    tally: createTally(),
    tokens: createTokens(),
    uploads: createUploads(),
    queue: createQueue({
      concurrency: () => fal.settings.concurrency ?? 40,
      queueTime: () => fal.settings.queueTime ?? 50,
      runTime: (work) => runTime(fal.settings, work),
      forgetAfter: (size) => forgetAfter(fal.settings, size),
      perform: (work) => perform(fal, work),
      settled(job, outcome) {
        bill(fal, job, outcome);
        void callWebhook(job, outcome, fal.settings.webhookRetry ?? 1000);
      },
    }),
  };

  function update(changed: Partial<Settings>) {
    fal.settings = { ...fal.settings, ...changed };
  }

  function reset() {
    recorder.clear();
    ledger.clear();
    fal.history.clear();
    fal.queue.clear();
    fal.tally.clear();
    fal.uploads.clear();
  }

  const controlled = {
    recorder,
    ledger,
    queue: fal.queue,
    settings: () => fal.settings,
    update,
    reset,
  };

  async function answer(request: Request): Promise<Response> {
    const url = new URL(request.url);
    const [, first = "", rest = ""] = /^\/([^/]*)(.*?)\/*$/.exec(url.pathname) ?? [];
    if (first === "") return new Response(page(originOf(request)));
    if (first === "sandbox") return control(request, rest, controlled);
    const host = prefixes[first];
    if (!host) return detail(404, "Not Found");
    if (request.method === "OPTIONS") return new Response(null, { status: 204 });
    const call = await receive(request, host, rest, recorder.record);
    const response = await hosts[host](fal, call);
    // What the load balancer answers itself never reached fal, and has no id.
    const bare = response.headers.get("server") === "nginx";
    if (!bare && !response.headers.has("x-fal-request-id")) {
      response.headers.set("x-fal-request-id", call.id);
    }
    return response;
  }

  const server = Bun.serve({
    port,
    hostname,
    // Waiting for a film takes longer than the ten seconds Bun grants by default.
    idleTimeout: 0,
    maxRequestBodySize: 1024 * 1024 * 1024,
    async fetch(request, server) {
      const path = new URL(request.url).pathname;
      if (path.startsWith("/run/") && request.headers.get("upgrade") === "websocket") {
        const data = lineOf(fal, request, path.slice("/run".length), originOf(request));
        if (server.upgrade(request, { data })) return;
      }
      const response = await answer(request);
      for (const [name, value] of cors) response.headers.set(name, value);
      return response;
    },
    websocket: {
      data: {} as Line,
      open: greet,
      message: (socket, message) => hear(fal, socket, message),
    },
    error: (cause) => detail(500, `The sandbox failed: ${cause.message}`),
  });

  // A server that listens everywhere is reached here under its loopback name.
  const name = ["0.0.0.0", "::"].includes(hostname) ? "127.0.0.1" : hostname;
  const url = `http://${name.includes(":") ? `[${name}]` : name}:${server.port}`;
  return {
    url,
    port: server.port ?? port,
    queueUrl: `${url}/queue`,
    runUrl: `${url}/run`,
    restUrl: `${url}/rest`,
    platformUrl: `${url}/platform`,
    requests: recorder.requests,
    billed: ledger.charges,
    busiest: fal.queue.busiest,
    update,
    reset,
    async stop() {
      fal.queue.clear();
      await server.stop(true);
    },
  };
}

/** Browsers call fal from any page. */
const cors = [
  ["access-control-allow-origin", "*"],
  ["access-control-allow-methods", "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS"],
  ["access-control-allow-headers", "*, authorization"],
  ["access-control-expose-headers", "*"],
] as const;
