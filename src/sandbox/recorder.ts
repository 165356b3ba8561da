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

/** A long run must not grow. */
const kept = 10_000;
const largest = 256 * 1024;

export interface Recorder {
  readonly requests: readonly Recorded[];
  record(call: Call, size: number): void;
  clear(): void;
}

export function createRecorder(): Recorder {
  const requests: Recorded[] = [];
  return {
    requests,
    record(call, size) {
      if (requests.length >= kept * 1.1) requests.splice(0, requests.length - kept);
      const elided = size > largest || call.bytes;
      requests.push({
        method: call.method,
        host: call.host,
        path: call.path,
        query: Object.fromEntries(call.query),
        headers: Object.fromEntries(call.request.headers),
        body: elided ? `[${size} bytes]` : call.body,
        time: Date.now(),
      });
    },
    clear: () => void (requests.length = 0),
  };
}
