/** Every request that came in, so that a test can see what was sent. */
import type { Call, Host } from "./call.ts";

export interface Recorded {
  readonly method: string;
  readonly host: Host;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
  /** Parsed JSON, or text; large ones and uploads are replaced by a note of their size. */
  readonly body: unknown;
  readonly time: number;
}

/** A long run must not grow: neither in requests, nor in the bytes of their bodies. */
const kept = 10_000;
const largest = 256 * 1024;
const roomForBodies = 64 * 1024 * 1024;

export interface Recorder {
  readonly requests: readonly Recorded[];
  record(call: Call, size: number): void;
  clear(): void;
}

export function createRecorder(): Recorder {
  const requests: Recorded[] = [];
  const sizes: number[] = [];
  let held = 0;
  /** Bodies before this one were let go. */
  let oldest = 0;

  function letGo() {
    for (; held > roomForBodies && oldest < requests.length; oldest++) {
      held -= sizes[oldest]!;
      requests[oldest] = { ...requests[oldest]!, body: note(sizes[oldest]!) };
    }
  }

  return {
    requests,
    record(call, size) {
      // Shifting on every request would move the whole list; now and then a batch goes.
      if (requests.length >= kept * 1.1) {
        const gone = requests.length - kept;
        for (const each of sizes.splice(0, gone).slice(oldest)) held -= each;
        requests.splice(0, gone);
        oldest = Math.max(0, oldest - gone);
      }
      const elided = size > largest || call.bytes !== undefined;
      requests.push({
        method: call.method,
        host: call.host,
        path: call.path,
        query: Object.fromEntries(call.query),
        headers: Object.fromEntries(call.request.headers),
        body: elided ? note(size) : call.body,
        time: Date.now(),
      });
      sizes.push(elided ? 0 : size);
      held += elided ? 0 : size;
      letGo();
    },
    clear() {
      requests.length = 0;
      sizes.length = 0;
      held = 0;
      oldest = 0;
    },
  };
}

function note(size: number): string {
  return `[${size} bytes]`;
}
