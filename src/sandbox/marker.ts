/** Markers: `[sandbox key=value flag]` in a prompt orders what shall go wrong, and when. */
import { isFields } from "./call.ts";

/** What a marker asked for; a bare flag has the value `""`. */
export type Marker = ReadonlyMap<string, string>;

const pattern = /\[sandbox\b([^\]]*)\]\s?/gi;
const word = /([a-z0-9-]+)(?:=(?:"([^"]*)"|(\S+)))?/gi;

/** Every key, for `GET /` and `--help`. */
export const markers: readonly (readonly [key: string, meaning: string])[] = [
  [
    "error=TYPE",
    "fails: a model type (content_policy_violation, no_media_generated, image_load_error, …) or an infrastructure one (request_timeout, runner_server_error, …)",
  ],
  [
    "at=submit|run|result",
    "where it fails: on submit, as COMPLETED with an error (default), or only when the result is read",
  ],
  ["billed=N", "units billed in spite of the error (X-Fal-Billable-Units; else 0)"],
  [
    "status=CODE[*N]",
    "the first N submits (default every one) answer CODE: 429, 401, 403, 500, or 502-504 as the load balancer's HTML",
  ],
  [
    "nsfw=all|N",
    "black picture N (or all) with has_nsfw_concepts true; content_policy_violation where a model has no such flag",
  ],
  ["queue=2s run=5s", "time in IN_QUEUE and IN_PROGRESS (ms, s, m)"],
  ["position=3", "queue_position to begin with; counts down while it waits"],
  ["logs=3", "log lines written while it runs"],
  ["cancel=ignored", "a cancel while it runs is acknowledged, yet it completes and is billed"],
  [
    "drop=WHERE[*N]",
    "cuts the connection, N times (default 1): submit-before (nothing queued), submit-after (queued), stream, result",
  ],
  ["stream=none", "status/stream answers 404, so that callers poll"],
  [
    "urls=full",
    "status_url, response_url and cancel_url with the full id and /response, as the documentation shows them",
  ],
  ["forget[=1s]", "the result is forgotten, at once or that long after completion"],
  ["big", "the result is 10 KB or more"],
  [
    "description=TEXT",
    "the description that comes with the pictures, or the text of a transcript or answer (quotes for blanks)",
  ],
  ["revised=TEXT", "a revised_prompt beside the pictures"],
  ["no-metrics", "COMPLETED without metrics, as legacy apps"],
  ["tokens=N", "chat: the answer's length"],
  ["delay=20ms", "chat, stream: between two pieces"],
  ["cut=N", "chat, stream: the connection ends after N bytes"],
  ["garbage", "chat, stream: one frame is no JSON"],
  ["error-frame", "chat, stream: an error frame in mid-stream"],
  ["json-instead-of-stream", "chat: a plain completion answers stream: true"],
  ["200-error", "chat: status 200 whose body is an error"],
  ["finish=REASON", "chat: finish_reason (length, content_filter, …)"],
  ["reasoning", "chat: a reasoning field before the content"],
  ["tool[=NAME]", "chat: calls the first, or that, tool"],
];

const lead = "Write a marker anywhere in a prompt, text or last chat message, e.g.";
const example = "a lighthouse [sandbox error=no_media_generated at=result queue=2s]";

/** The table as text. */
export const markerHelp = [
  `${lead}\n  ${example}\n`,
  ...markers.map(([key, meaning]) => `  ${key.padEnd(24)} ${meaning}`),
].join("\n");

export const noMarker: Marker = new Map();

/** A value's markers, and the value as the model sees it, without them. */
export function takeMarker<T>(value: T): { seen: T; marker: Marker } {
  const marker = new Map<string, string>();
  // A conversation repeats what was said before; only the newest turn's marker is meant.
  const spoken = lastTurn(value);
  if (spoken !== undefined) strip(spoken, marker);
  const seen = strip(value, spoken === undefined ? marker : new Map()) as T;
  return { seen, marker };
}

function lastTurn(value: unknown): unknown {
  if (!isFields(value)) return undefined;
  const turns = Array.isArray(value["messages"]) ? value["messages"] : value["input"];
  if (!Array.isArray(turns)) return undefined;
  return turns.findLast((turn) => isFields(turn) && turn["role"] === "user");
}

function strip(value: unknown, found: Map<string, string>): unknown {
  // A data URL of megabytes holds no marker, and need not be searched for one.
  if (typeof value === "string") {
    if (value.startsWith("data:") || !/\[sandbox\b/i.test(value)) return value;
    const rest = value.replace(pattern, (_, inside: string) => {
      for (const [, key, quoted, plain] of inside.matchAll(word)) {
        found.set(key!.toLowerCase(), quoted ?? plain ?? "");
      }
      return "";
    });
    return rest.trim();
  }
  if (Array.isArray(value)) return value.map((item) => strip(item, found));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, strip(item, found)]));
}

/** `2s` -> 2000; a bare number is milliseconds. */
export function duration(text: string | undefined): number | undefined {
  const [, amount, unit] = /^(\d+(?:\.\d+)?)(ms|s|m)?$/.exec(text ?? "") ?? [];
  if (amount === undefined) return undefined;
  return Number(amount) * { ms: 1, s: 1000, m: 60_000 }[unit ?? "ms"]!;
}

export function amount(text: string | undefined): number | undefined {
  const value = Number(text || NaN);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** `503*2` -> ["503", 2]. */
export function times(text: string): [what: string, count: number | undefined] {
  const [what = "", count] = text.split("*");
  return [what, amount(count)];
}
