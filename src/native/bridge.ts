/** Two WebSockets made one: frames, back-pressure and endings pass from either to the other. */

/** The client's side: Bun's ServerWebSocket, as far as it is used. */
export interface Socket {
  send(data: string | Uint8Array): number;
  close(code?: number, reason?: string): void;
  getBufferedAmount(): number;
  pause(): void;
  resume(): void;
}

/** What a server calls for a socket. */
export interface Handlers {
  open(socket: Socket): void;
  message(socket: Socket, message: string | Uint8Array): void;
  drain(socket: Socket): void;
  close(socket: Socket, code: number, reason: string): void;
}

/** Why a connection to fal did not come about, as the client may read it. */
export class Refusal extends Error {
  constructor(
    readonly code: number,
    reason: string,
  ) {
    super(reason);
  }
}

export interface Bridge extends Handlers {
  /** Ends both sides. */
  end(code: number, reason: string): void;
}

export interface BridgeOptions {
  /** Where the other side is; rejects with Refusal. Aborted when nobody needs it any more. */
  address(signal: AbortSignal): Promise<string>;
  /** The other side has said something. */
  heard?(message: string | Uint8Array): void;
  /** Both sides are closed, or closing. */
  ended(): void;
  /** Milliseconds until the other side must be there. */
  patience?: number;
}

/** Bytes that one side may lag behind before the other is no longer read. */
const HIGH = 1024 * 1024;
/** Bun's client socket does not tell when it has drained: it is asked, while it has to. */
const ASK_MS = 10;

const BROKEN = "the connection to fal broke";
const ABSENT = "fal does not take the connection";

export function createBridge(options: BridgeOptions): Bridge {
  const { address, heard, ended, patience = 15_000 } = options;
  const gone = new AbortController();
  const early: (string | Uint8Array)[] = [];
  let client: Socket | undefined;
  let upstream: WebSocket | undefined;
  let joined = false;
  let over = false;
  let asking: Timer | undefined;
  const late = setTimeout(() => finish(1011, "fal does not answer in time"), patience);

  /** The first ending counts; it is told to the sides that have not told it themselves. */
  function finish(code: number, reason: string, from?: "client" | "upstream"): void {
    if (over) return;
    over = true;
    clearTimeout(late);
    gone.abort();
    if (from !== "client") client?.close(...sendable(code, reason));
    if (from !== "upstream") hangUp(upstream, code, reason);
    ended();
  }

  function toUpstream(message: string | Uint8Array): void {
    upstream!.send(message);
    if (upstream!.bufferedAmount > HIGH) rest();
  }

  /** The client is not read until fal has caught up. */
  function rest(): void {
    client!.pause();
    asking ??= setInterval(() => {
      if (!over && upstream!.bufferedAmount > HIGH) return;
      clearInterval(asking);
      asking = undefined;
      if (!over) client!.resume();
    }, ASK_MS);
  }

  function toClient(message: string | Uint8Array): void {
    if (over) return;
    heard?.(message);
    // Bun drops what it cannot hold, and what is missing in the middle would not be noticed.
    const dropped = client!.send(message) === 0 && message.length > 0;
    if (dropped) return finish(1013, "the client does not read");
    if (client!.getBufferedAmount() > HIGH) upstream!.pause();
  }

  function join(url: string): void {
    if (over) return;
    const socket = new WebSocket(url);
    upstream = socket;
    socket.onmessage = ({ data }: MessageEvent<string | Uint8Array>) => toClient(data);
    socket.onclose = ({ code, reason }) =>
      joined ? finish(code, reason, "upstream") : finish(1011, ABSENT, "upstream");
    socket.onopen = () => {
      if (over) return;
      joined = true;
      clearTimeout(late);
      for (const message of early.splice(0)) toUpstream(message);
      if (!asking) client!.resume();
    };
  }

  return {
    open(socket) {
      client = socket;
      // What the client sends meanwhile waits in its own buffers.
      socket.pause();
      address(gone.signal).then(join, (error: unknown) => {
        const refusal = error instanceof Refusal ? error : new Refusal(1011, ABSENT);
        finish(refusal.code, refusal.message);
      });
    },
    message(_, message) {
      if (over) return;
      if (joined) return toUpstream(message);
      early.push(message);
    },
    drain: () => void upstream?.resume(),
    close: (_, code, reason) => finish(code, reason, "client"),
    end: (code, reason) => finish(code, reason),
  };
}

function hangUp(socket: WebSocket | undefined, code: number, reason: string): void {
  if (socket?.readyState === WebSocket.CONNECTING) return socket.terminate();
  // A paused socket would never read the other's farewell.
  socket?.resume();
  socket?.close(...sendable(code, reason));
}

/** RFC 6455, section 7.4: these codes only say that there was none, or no farewell at all. */
function sendable(code: number, reason: string): [code?: number, reason?: string] {
  if (code === 1005) return [1000];
  const sane = (code >= 3000 && code < 5000) || (code >= 1000 && code <= 1014 && code !== 1004);
  if (!sane || code === 1006) return [1011, BROKEN];
  return [code, shortened(reason)];
}

/** A reason has 123 bytes at most (RFC 6455, section 5.5). */
function shortened(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= 123) return reason;
  return new TextDecoder().decode(bytes.subarray(0, 120)).replace(/\ufffd+$/, "");
}
