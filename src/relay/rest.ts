/** fal's REST API as far as clients need it: uploads, and tokens for realtime. */
import type { Pass } from "../fal/pass.ts";
import type { Body } from "./body.ts";
import { refused, withMessage } from "./fault.ts";
import { toClient, toFal } from "./headers.ts";
import type { Tickets } from "./ticket.ts";

export interface Rest {
  /** `path` begins with a slash; `base` is falgate's own address. */
  call(
    method: string,
    path: string,
    search: string,
    body: Body,
    caller: RestCaller,
  ): Promise<Response>;
  /** A file, or a part of one, to the address that a ticket stands for. `rest` follows the ticket. */
  upload(ticket: string, rest: string, request: Request): Promise<Response>;
}

/** A client, as it is known here. */
export interface Holder {
  readonly id: string;
  readonly name: string;
}

export interface RestCaller {
  holder: Holder;
  headers: Headers;
  base: string;
  signal: AbortSignal;
}

export interface RestOptions {
  pass: Pass;
  tickets: Tickets;
  /** Base of fal's REST API. */
  url: string;
  fetch?: typeof fetch;
}

/** What may be asked for, and what a request for it must be like. */
const CALLS: Readonly<Record<string, (body: unknown) => string | undefined>> = {
  "POST /storage/upload/initiate": () => undefined,
  "POST /storage/upload/initiate-multipart": () => undefined,
  "POST /storage/auth/token": () => undefined,
  "POST /tokens": scoped("allowed_apps"),
  "POST /tokens/realtime": scoped("allowed_apps"),
};

/** A token without its apps, or for all of them, would open the whole account. */
function scoped(name: string) {
  return (body: unknown) => {
    const apps = (body as Record<string, unknown> | null)?.[name];
    const named = Array.isArray(apps) && apps.length > 0 && apps.every(isApp);
    return named ? undefined : `${name} must name the apps that the token is for`;
  };
}

const isApp = (app: unknown) => typeof app === "string" && /^[\w.~-]+(\/[\w.~-]+)*$/.test(app);

/** Addresses in an answer that lead to fal's storage; they need no key, and go through here. */
const ADDRESSES = ["upload_url", "base_url"] as const;

/** An upload of many parts over a slow line. */
const TICKET_MS = 6 * 60 * 60_000;

const HEADERS = /^(content-type|content-length|content-encoding|authorization|x-fal-.+)$/;

export function createRest(options: RestOptions): Rest {
  const { pass, tickets, fetch = globalThis.fetch } = options;
  const base = options.url.replace(/\/+$/, "");

  function here(body: Record<string, unknown>, own: string): Record<string, unknown> {
    const turned = ADDRESSES.filter((name) => typeof body[name] === "string").map((name) => [
      name,
      `${own}/uploads/${tickets.issue(body[name] as string, TICKET_MS)}`,
    ]);
    return { ...body, ...Object.fromEntries(turned) };
  }

  return {
    async call(method, path, search, body, { headers, base: own, signal }) {
      const check = CALLS[`${method} ${path.replace(/\/+$/, "")}`];
      if (!check) return refused(404, `There is no ${method} ${path} here.`);
      const wrong = check(parse(body));
      if (wrong) return refused(422, wrong);
      const url = `${base}${path}${search}`;
      const { response } = await pass({ method, url, headers: toFal(headers), body, signal });
      const text = await response.text();
      const answer = response.ok ? parse(text) : undefined;
      const turned =
        answer && typeof answer === "object"
          ? JSON.stringify(here(answer as Record<string, unknown>, own))
          : text;
      return new Response(response.ok ? turned : withMessage(text), {
        status: response.status,
        headers: toClient(response.headers, true),
      });
    },

    async upload(ticket, rest, request) {
      const target = tickets.redeem(ticket);
      if (!target) return refused(403, "this upload address is not valid, or no longer");
      const url = new URL(target);
      url.pathname = url.pathname.replace(/\/$/, "") + rest;
      const headers = [...request.headers].filter(([name]) => HEADERS.test(name));
      const response = await fetch(url, {
        method: request.method,
        headers: Object.fromEntries(headers),
        body: request.body,
        signal: request.signal,
        redirect: "manual",
        timeout: false,
      } as RequestInit);
      return new Response(response.body, {
        status: response.status,
        headers: toClient(response.headers, true),
      });
    },
  };
}

function parse(body: Body | string): unknown {
  try {
    const text = typeof body === "string" ? body : new TextDecoder().decode(body as Uint8Array);
    return JSON.parse(text);
  } catch {
    return undefined; // Judged by whoever needed it to be JSON.
  }
}
