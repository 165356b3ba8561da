/** `wss://fal.run/{app}/realtime`: inputs and outputs as messages of one connection. */
import type { ServerWebSocket } from "bun";
import { keyOf } from "./auth.ts";
import { bill } from "./bill.ts";
import { type Fields, isFields } from "./call.ts";
import type { Fal } from "./fal.ts";
import { takeMarker } from "./marker.ts";
import { findModel } from "./model.ts";
import { decodeMessage, encodeMessage } from "./msgpack.ts";

/** What a connection knows of its caller. */
export interface Line {
  readonly endpoint: string;
  readonly origin: string;
  /** Undefined when neither token nor key was good. */
  readonly key: string | undefined;
}

type Socket = ServerWebSocket<Line>;

export function lineOf(fal: Fal, request: Request, path: string, origin: string): Line {
  const token = new URL(request.url).searchParams.get("fal_jwt_token");
  const endpoint = path.replace(/^\//, "").replace(/\/realtime$/, "");
  const known = token ? fal.tokens.keyOf(token) : keyOf(request.headers, fal.settings, endpoint);
  return { endpoint, origin, key: typeof known === "string" ? known : undefined };
}

/** A socket cannot be refused by status once it is one: fal says it in a message. */
export function greet(socket: Socket): void {
  if (socket.data.key !== undefined) return;
  socket.send(JSON.stringify({ status: "error", error: "Unauthorized" }));
  socket.close(1008, "Unauthorized");
}

export async function hear(fal: Fal, socket: Socket, message: string | Buffer): Promise<void> {
  const { endpoint, origin, key } = socket.data;
  if (key === undefined) return;
  const said = read(message);
  const model = findModel(endpoint, fal.settings);
  if (typeof model !== "object")
    return complain(socket, "NOT_FOUND", `Application "${endpoint}" not found`);
  const { seen, marker } = takeMarker(said);
  if (!isFields(seen)) return complain(socket, "BAD_REQUEST", "The message is no object");
  const { request_id, ...input } = seen;
  const id = typeof request_id === "string" ? request_id : crypto.randomUUID();
  const work = { model, endpoint, input, marker, key, id, origin };
  const running = fal.queue.direct(work);
  if (!running) return complain(socket, "TOO_MANY_REQUESTS", "concurrent_requests_limit");
  const outcome = await running;
  bill(fal, work, outcome);
  if (outcome.fault)
    return complain(socket, outcome.fault.type.toUpperCase(), outcome.fault.message);
  const output = { ...(outcome.output as Fields), request_id: id };
  // The answer comes in the form of the question.
  if (typeof message === "string") return void socket.send(JSON.stringify(output));
  socket.send(encodeMessage(output));
}

function complain(socket: Socket, error: string, reason: string): void {
  socket.send(JSON.stringify({ type: "x-fal-error", error, reason }));
}

function read(message: string | Buffer): unknown {
  try {
    return typeof message === "string" ? JSON.parse(message) : decodeMessage(message);
  } catch {
    return undefined;
  }
}
