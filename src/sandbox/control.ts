/** `/sandbox/*`: looking into the sandbox and changing it over HTTP. */
import { readSettings, type Settings } from "./options.ts";
import { detail, json } from "./reply.ts";
import type { Ledger } from "./ledger.ts";
import type { Queue } from "./queue.ts";
import type { Recorder } from "./recorder.ts";

export interface Controlled {
  readonly recorder: Recorder;
  readonly ledger: Ledger;
  readonly queue: Pick<Queue, "busiest">;
  readonly settings: () => Settings;
  readonly update: (settings: Settings) => void;
  readonly reset: () => void;
}

export async function control(request: Request, path: string, sandbox: Controlled) {
  const list = { "/requests": sandbox.recorder, "/billed": sandbox.ledger }[path];
  if (list && request.method === "DELETE") {
    list.clear();
    return new Response(null, { status: 204 });
  }
  if (path === "/requests" && request.method === "GET") return json(200, sandbox.recorder.requests);
  if (path === "/billed" && request.method === "GET") return json(200, sandbox.ledger.charges);
  if (path === "/busiest" && request.method === "GET") return json(200, sandbox.queue.busiest());
  if (path === "/options" && request.method === "GET") return json(200, sandbox.settings());
  if (path === "/options" && request.method === "PATCH") {
    const settings = readSettings(await request.json().catch(() => undefined));
    if (typeof settings === "string") return detail(400, settings);
    sandbox.update(settings);
    return json(200, sandbox.settings());
  }
  if (path === "/reset" && request.method === "POST") {
    sandbox.reset();
    return new Response(null, { status: 204 });
  }
  return detail(404, "Not Found");
}
