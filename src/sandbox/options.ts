/** What a sandbox can be told: timings, keys, which models exist. All of it can change while it runs. */
import type { App } from "./schema.ts";

export interface SandboxOptions {
  /** 0 picks any free port. Default 4100. */
  port?: number;
  /** Default 127.0.0.1. */
  hostname?: string;
  /** The fal keys it accepts, each `id:secret`. Default: any key of that form. */
  keys?: string[];
  /** Keys whose account has no credit left: they answer 403 on submit. */
  locked?: string[];
  /** Keys that answer 401, whatever `keys` says. */
  refused?: string[];
  /** Milliseconds in IN_QUEUE. Default 50. */
  queueTime?: number;
  /** Milliseconds in IN_PROGRESS, whatever is made. Default 150 a picture, 1500 a video, 300 else. */
  runTime?: number;
  /** Requests IN_PROGRESS at once, per key. Default 40. */
  concurrency?: number;
  /** Milliseconds after which a result is forgotten. Default an hour, six minutes from 10 KB on. */
  forgetAfter?: number;
  /** Endpoints that answer 404 though they are in the catalogue; `fal-ai/veo3/*` means all below. */
  retired?: string[];
  /** Endpoints that exist beside the catalogue: what they give, or also what they take. */
  apps?: Record<string, App>;
  /** True refuses the language models' `/responses` with 404. */
  noResponses?: boolean;
  /** Milliseconds between two pieces of a streamed answer. Default 5. */
  chunkTime?: number;
  /** Milliseconds that a file takes from its first byte to its last. Default 0. */
  mediaTime?: number;
  /** True: its media host has dropped every file. */
  mediaGone?: boolean;
  /** Milliseconds before a webhook that failed is called again, then twice that, five times in all. */
  webhookRetry?: number;
  /** What `GET /account/billing` says is left, in dollars. Default 100. */
  balance?: number;
}

/** The options that a running sandbox still obeys. */
export type Settings = Omit<SandboxOptions, "port" | "hostname">;

const kinds: { [name in keyof Required<Settings>]: (value: unknown) => boolean } = {
  keys: isTexts,
  locked: isTexts,
  refused: isTexts,
  queueTime: isAmount,
  runTime: isAmount,
  concurrency: isAmount,
  forgetAfter: isAmount,
  retired: isTexts,
  apps: (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  noResponses: (value) => typeof value === "boolean",
  chunkTime: isAmount,
  mediaTime: isAmount,
  mediaGone: (value) => typeof value === "boolean",
  webhookRetry: isAmount,
  balance: isAmount,
};

/** Reads the body of `PATCH /sandbox/options`; null puts an option back to its default. */
export function readSettings(body: unknown): Settings | string {
  if (typeof body !== "object" || body === null) return "a JSON object of options is expected";
  const entries = Object.entries(body).map(([name, value]) => [name, value ?? undefined] as const);
  for (const [name, value] of entries) {
    if (!(name in kinds)) return `no such option: ${name}`;
    if (value !== undefined && !kinds[name as keyof Settings](value)) return `bad value: ${name}`;
  }
  return Object.fromEntries(entries) as Settings;
}

function isTexts(value: unknown) {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}

function isAmount(value: unknown) {
  return typeof value === "number" && value >= 0;
}
