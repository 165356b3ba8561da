/** A socket's messages as paid calls: each opened before it is passed on, and ended by fal's answer to it. */
import type { Buyer, Purchase, Purchases } from "../fal/purchase.ts";
import type { Bridge, Handlers, Socket } from "./bridge.ts";

export interface SocketBuying {
  /** The bridge, its messages being bought. */
  handlers(bridge: Bridge): Handlers;
  /** fal has said something. */
  heard(message: string | Uint8Array): void;
}

/** The code for what a policy forbids (RFC 6455, section 7.4.1). */
const FORBIDDEN = 1008;

/** fal answers in order, and says no units on a socket: what was expected of a message is charged. */
export function createSocketBuying(
  purchases: Purchases,
  buyer: Buyer,
  endpoint: string,
): SocketBuying {
  const open: Purchase[] = [];
  /** Messages whose money is being set aside: the next one waits behind them. */
  let waiting: Promise<void> | undefined;

  const buy = (message: string | Uint8Array) =>
    purchases.open(buyer, [{ endpoint, input: inputOf(message), way: "direct" }]);

  function handlers(bridge: Bridge): Handlers {
    function pass(socket: Socket, message: string | Uint8Array): void {
      const opened = waiting ? waiting.then(() => buy(message)) : buy(message);
      const sent = (bought: readonly Purchase[]) => {
        open.push(...bought);
        bridge.message(socket, message);
      };
      if (!(opened instanceof Promise)) return sent(opened);
      const refused = (error: unknown) => bridge.end(FORBIDDEN, (error as Error).message);
      const passed = opened.then(sent, refused).then(() => {
        if (waiting === passed) waiting = undefined;
      });
      waiting = passed;
    }
    return {
      open: bridge.open,
      message: pass,
      drain: bridge.drain,
      close(socket, code, reason) {
        bridge.close(socket, code, reason);
        for (const purchase of open.splice(0)) purchase.ended({ state: "cancelled" });
      },
    };
  }

  return {
    handlers,
    heard(message) {
      const word = wordOf(message);
      if (word === "other") return;
      open.shift()?.ended({ state: word === "error" ? "failed" : "completed" });
    },
  };
}

/** JSON text is read; of msgpack, what was said is not known. */
function inputOf(message: string | Uint8Array): unknown {
  if (typeof message !== "string") return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined; // fal says what is wrong with it.
  }
}

/** fal's own words between the answers: `x-fal-error`, and timings and the like (fal-js, `realtime.ts`). */
function wordOf(message: string | Uint8Array): "answer" | "error" | "other" {
  const said = inputOf(message) as { type?: unknown; status?: unknown } | undefined;
  if (said?.type === "x-fal-message") return "other";
  return said?.type === "x-fal-error" || said?.status === "error" ? "error" : "answer";
}
