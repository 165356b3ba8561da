/** A fast emulated fal for tests, and what it was sent in a form that can be compared. */
import { createSandbox, type Recorded, type Sandbox } from "../../src/sandbox/sandbox.ts";

export const FAL_KEY = "fal-id:fal-secret";

export const fastFal = (): Sandbox => createSandbox({ port: 0, queueTime: 0, runTime: 0 });

/** One request that fal received; `ID` stands for a request's id. */
export interface Sent {
  method: string;
  path: string;
  body?: unknown;
}

/**
 * Everything that fal's APIs received, in order. Fetched media are left out, and what falgate asks of
 * the platform by itself.
 */
export function sent({ requests }: Sandbox): Sent[] {
  return requests.filter(({ host }) => host !== "media" && host !== "platform").map(plain);
}

/** The same as it came, with its headers and with media: whatever falgate does for somebody. */
export const received = ({ requests }: Sandbox) =>
  requests.filter(({ host }) => host !== "platform");

/** What was submitted, in order: a generation is paid for here. */
export const submitted = (fal: Sandbox): Sent[] =>
  sent(fal).filter(({ method }) => method === "POST");

export const cancelled = (fal: Sandbox): Sent[] =>
  sent(fal).filter(({ method }) => method === "PUT");

export const fetched = ({ requests }: Sandbox) => requests.filter(({ host }) => host === "media");

/** What is sent for one generation that goes well: its submission, the watch, the result. */
export function generated(endpoint: string, body: unknown): Sent[] {
  const app = endpoint.split("/").slice(0, 2).join("/");
  return [
    { method: "POST", path: `/queue/${endpoint}`, body },
    { method: "GET", path: `/queue/${app}/requests/ID/status/stream?logs=1` },
    { method: "GET", path: `/queue/${app}/requests/ID` },
  ];
}

/** What one uploaded file is sent for, before a model is told of it. */
export function uploaded(name: string, contentType: string): Sent {
  return {
    method: "POST",
    path: "/rest/storage/upload/initiate?storage_type=fal-cdn-v3",
    body: { content_type: contentType, file_name: name },
  };
}

/** The address of an uploaded file, as `sent` shows it. */
export const stored = (name: string) => `stored:${name}`;

const STORED = /http:\/\/127\.0\.0\.1:\d+\/files\/u\/[0-9a-f]{8}\//g;

const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;

function plain({ method, host, path, query, body }: Recorded): Sent {
  const search = new URLSearchParams(query).toString();
  const full = `/${host}${path}${search && `?${search}`}`.replaceAll(UUID, "ID");
  if (body === undefined) return { method, path: full };
  const told = JSON.parse(JSON.stringify(body).replaceAll(STORED, "stored:")) as unknown;
  return { method, path: full, body: told };
}
