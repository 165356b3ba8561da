/** The answers that every host gives alike. */
import type { Fault } from "./fault.ts";

export function json(status: number, body: unknown, headers: Record<string, string> = {}) {
  return Response.json(body, { status, headers });
}

/** fal's plain form of an error. */
export function detail(status: number, text: string, headers: Record<string, string> = {}) {
  return json(status, { detail: text }, headers);
}

export function fail(fault: Fault, headers: Record<string, string> = {}) {
  return json(fault.status, fault.body, { ...fault.headers, ...headers });
}

const reasons: Record<number, string> = {
  502: "Bad Gateway",
  503: "Service Temporarily Unavailable",
  504: "Gateway Time-out",
};

/** What the load balancer says when it reaches no gateway: HTML, and no request id. */
export function ingress(status: number) {
  const title = `${status} ${reasons[status] ?? "Error"}`;
  const html = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    "<hr><center>nginx</center>",
    "</body>",
    "</html>",
    "",
  ].join("\r\n");
  return new Response(html, { status, headers: { "content-type": "text/html", server: "nginx" } });
}

/** Ends the TCP connection in place of an answer, after `sent` when that is given. */
export function cut(sent?: string, headers: Record<string, string> = {}) {
  const stream = new ReadableStream<Uint8Array>({
    async start(controller) {
      // Bun resets the connection of a stream that errors; undefined is the one reason it does not
      // print to the terminal.
      if (sent === undefined) return controller.error(undefined);
      controller.enqueue(new TextEncoder().encode(sent));
      // The bytes must reach the wire before the reset overtakes them.
      await Bun.sleep(20);
      controller.error(undefined);
    },
  });
  return new Response(stream, { headers });
}
