/** fal's answers, passed on or given again. */
import type { FalRequest } from "../store/request.ts";
import { textOf } from "./body.ts";
import { withMessage } from "./fault.ts";
import { toClient } from "./headers.ts";

/** A kept result, exactly as fal gave it. */
export function kept({ status, body, headers }: NonNullable<FalRequest["result"]>): Response {
  return new Response(status < 400 ? body : withMessage(body), { status, headers });
}

/** fal's answer, byte for byte. Never its Response itself, which Elysia would decode as text. */
export function through(response: Response): Response {
  const { status, headers, body } = response;
  const streams = headers.get("content-type")?.startsWith("text/event-stream");
  return new Response(body, {
    status,
    headers: { ...toClient(headers), ...(streams ? UNBUFFERED : {}) },
  });
}

/** No proxy in front may hold back a stream of events. */
const UNBUFFERED = { "cache-control": "no-cache, no-transform", "x-accel-buffering": "no" };

export async function failed(response: Response): Promise<Response> {
  const { status, headers } = response;
  return new Response(withMessage(await textOf(response)), {
    status,
    headers: toClient(headers, true),
  });
}

/** What the AI SDK looks for while it waits on the result itself. */
export const early = () => {
  const detail = "Request is still in progress";
  return Response.json({ detail, message: detail }, { status: 400 });
};
