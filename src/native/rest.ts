/** fal's REST API as far as clients need it: uploads, and tokens for realtime. */
import { FalError } from "../fal/error.ts";
import { type Pass, Stopped } from "../fal/pass.ts";
import { type Body, jsonFault, textOf } from "./body.ts";
import { notAllowed, refused, withMessage } from "./fault.ts";
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
  /** A file, or a part of one, to the address that a ticket stands for. */
  upload(uploading: Uploading): Promise<Response>;
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
  /** Whether a token for that app may be had; any, where it is left out. */
  mayUse?(app: string): boolean;
  /** It spends from a budget, of which fal's own tokens know nothing. */
  budgeted?: boolean | undefined;
}

export interface Uploading {
  method: string;
  ticket: string;
  /** What follows the ticket: nothing, or a path with its slash. */
  rest: string;
  headers: Headers;
  /** Read only once the ticket is known to be good: anyone may send to an upload address. */
  body: () => Promise<Body>;
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
  "/storage/upload/initiate": () => undefined,
  "/storage/upload/initiate-multipart": () => undefined,
  "/storage/auth/token": () => undefined,
  "/tokens": scoped("allowed_apps"),
  "/tokens/realtime": scoped("allowed_apps"),
};

/** A token without its apps, or for all of them, would open the whole account. */
function scoped(name: string) {
  return (body: unknown) => {
    const apps = (body as Record<string, unknown> | null | undefined)?.[name];
    const named = Array.isArray(apps) && apps.length > 0 && apps.every(isApp);
    return named ? undefined : `${name} must name the apps that the token is for`;
  };
}

/** The apps that a token is asked for. */
function appsOf(body: unknown): readonly string[] {
  const { allowed_apps: apps } = (body ?? {}) as { allowed_apps?: unknown };
  return Array.isArray(apps) ? apps.filter(isApp) : [];
}

const isApp = (app: unknown) => typeof app === "string" && /^\w[\w.~-]*(\/\w[\w.~-]*)*$/.test(app);

/** Addresses in an answer that lead to fal's storage; they need no key, and go through here. */
const ADDRESSES = ["upload_url", "base_url"] as const;

/** An upload of many parts over a slow line. */
const TICKET_MS = 6 * 60 * 60_000;

const HEADERS = /^(content-type|content-encoding|x-fal-(?!target-url).+)$/;

/** What may follow a ticket: the number of a part, `complete`, `files/upload`. No dot segments. */
const REST = /^(\/[\w~=+-][\w.~=+-]*)*$/;

export function createRest(options: RestOptions): Rest {
  const { pass, tickets, fetch = globalThis.fetch } = options;
  const base = options.url.replace(/\/+$/, "");

  /** A ticket bears a digest of the token that came with it: no other credential goes along. */
  function here(body: Record<string, unknown>, own: string): Record<string, unknown> {
    const { token_type, token } = body;
    const bearer = typeof token === "string" ? ` ${digest(`${token_type} ${token}`)}` : "";
    const turned = ADDRESSES.filter((name) => typeof body[name] === "string").map((name) => [
      name,
      `${own}/uploads/${tickets.issue(`${body[name]}${bearer}`, TICKET_MS)}`,
    ]);
    return { ...body, ...Object.fromEntries(turned) };
  }

  return {
    async call(method, path, search, body, caller) {
      const { headers, base: own, signal, mayUse, budgeted } = caller;
      const name = path.replace(/\/+$/, "");
      const check = Object.hasOwn(CALLS, name) ? CALLS[name] : undefined;
      if (!check) return refused(404, `There is no ${method} ${path} here.`);
      if (method !== "POST") return notAllowed(method, path);
      if (body instanceof ReadableStream) return refused(413, "The request body is too large.");
      const fault = jsonFault(body, headers);
      if (fault) return fault;
      const asked = parse(body);
      const wrong = check(asked);
      if (wrong) return refused(422, wrong);
      const denied = appsOf(asked).find((app) => mayUse?.(app) === false);
      if (denied) return refused(403, `This key may not use the app '${denied}'.`);
      if (budgeted && appsOf(asked).length > 0) return refused(403, BUDGETED);
      const url = `${base}${path}${search}`;
      const { response } = await pass({ method, url, headers: toFal(headers), body, signal });
      const text = await textOf(response);
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

    async upload({ method, ticket, rest, headers: given, body: read, signal }) {
      const target = tickets.redeem(ticket);
      if (!target) return refused(403, "This upload address is not valid, or no longer.");
      if (method !== "PUT" && method !== "POST") return notAllowed(method, "an upload address");
      if (!REST.test(rest)) return refused(404, `There is no ${rest} behind this upload address.`);
      const [address = "", bearer] = target.split(" ");
      const url = new URL(address);
      url.pathname = url.pathname.replace(/\/$/, "") + rest;
      const body = await read();
      const authorization = given.get("authorization");
      const length = body instanceof ReadableStream ? given.get("content-length") : null;
      const headers = {
        ...Object.fromEntries([...given].filter(([name]) => HEADERS.test(name))),
        ...(authorization && digest(authorization) === bearer ? { authorization } : {}),
        ...(length === null ? {} : { "content-length": length }),
      };
      const init = { method, headers, body, signal, redirect: "manual", timeout: false };
      const response = await fetch(url, init as RequestInit).catch((cause: unknown) => {
        throw signal.aborted ? cause : unstored(cause, url.host);
      });
      return new Response(response.body, {
        status: response.status,
        headers: toClient(response.headers, true),
      });
    },
  };
}

const BUDGETED =
  "This key has a budget, and a token of fal's could spend past it. Connect to this gateway's address with the key itself.";

/** Why an upload did not come to its end. */
function unstored(cause: unknown, host: string): Error {
  if (cause instanceof Stopped) return cause.reason;
  const message = `no answer from ${host}: ${(cause as Error).message}`;
  return new FalError({ status: 0, message, cause });
}

const digest = (text: string) => new Bun.CryptoHasher("sha256").update(text).digest("hex");

function parse(body: Uint8Array | string | null): unknown {
  try {
    return JSON.parse(
      typeof body === "string" ? body : new TextDecoder().decode(body ?? undefined),
    );
  } catch {
    return undefined; // Judged by whoever needed it to be JSON.
  }
}
