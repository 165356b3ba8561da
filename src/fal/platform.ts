/** fal's platform API: which models there are, what they take and what they cost (docs.fal.ai, "Platform APIs"). */
import { FalError, falError } from "./error.ts";

export interface PlatformModel {
  readonly id: string;
  readonly name?: string;
  readonly retired: boolean;
  /** When fal changed it last, in its own words. */
  readonly updated?: string;
}

export interface PlatformPrice {
  readonly id: string;
  readonly unit: string;
  readonly amount: number;
  readonly currency: string;
}

/** Every call rejects with FalError. Nothing of it tells whether a key can generate. */
export interface Platform {
  models(signal?: AbortSignal): Promise<PlatformModel[]>;
  /** The OpenAPI documents of those endpoints; those that fal does not know are left out. */
  schemas(ids: readonly string[], signal?: AbortSignal): Promise<Map<string, unknown>>;
  prices(ids: readonly string[], signal?: AbortSignal): Promise<PlatformPrice[]>;
}

export interface PlatformOptions {
  /** Base, for example `https://api.fal.ai`. */
  url: string;
  /** `id:secret`. The list can be had without one, at lower limits; prices cannot. */
  key?: string | undefined;
  fetch?: typeof fetch;
}

/** Of one page, the most that fal gives. */
const PAGE = 200;
/** Endpoints that one call may name. */
const NAMED = 50;
const PATIENCE_MS = 60_000;
/** More pages than this are no list any more. */
const PAGES = 200;

type Json = Record<string, unknown>;

export function createPlatform({ url, key, fetch = globalThis.fetch }: PlatformOptions): Platform {
  const base = `${url.replace(/\/+$/, "")}/v1`;

  async function get(path: string, query: URLSearchParams, signal?: AbortSignal): Promise<Json> {
    const limit = AbortSignal.timeout(PATIENCE_MS);
    const response = await fetch(`${base}${path}?${query}`, {
      headers: { accept: "application/json", ...(key ? { authorization: `Key ${key}` } : {}) },
      signal: signal ? AbortSignal.any([signal, limit]) : limit,
    }).catch((cause: Error) => {
      throw new FalError({
        status: 0,
        message: `no answer from fal's platform: ${cause.message}`,
        cause,
      });
    });
    if (!response.ok) throw falError(response, await response.text());
    return record(await response.json().catch(() => undefined));
  }

  /** All members of a list, over its pages. */
  async function pages(
    path: string,
    list: string,
    query: [string, string][],
    signal?: AbortSignal,
  ) {
    const found: Json[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < PAGES; page += 1) {
      const next: [string, string][] = cursor === undefined ? [] : [["cursor", cursor]];
      const answer = await get(path, new URLSearchParams([...query, ...next]), signal);
      if (!Array.isArray(answer[list])) throw unreadable(path);
      found.push(...answer[list].map(record));
      if (answer.has_more !== true || typeof answer.next_cursor !== "string") return found;
      cursor = answer.next_cursor;
    }
    throw unreadable(path);
  }

  async function models(signal?: AbortSignal): Promise<PlatformModel[]> {
    const entries = await pages("/models", "models", [["limit", String(PAGE)]], signal);
    return entries.flatMap(({ endpoint_id: id, metadata }) => {
      const { display_name: name, status, updated_at: updated } = record(metadata);
      if (typeof id !== "string" || id === "") return [];
      return {
        id,
        ...(typeof name === "string" && name !== "" ? { name } : {}),
        retired: status === "deprecated",
        ...(typeof updated === "string" ? { updated } : {}),
      };
    });
  }

  async function schemas(ids: readonly string[], signal?: AbortSignal) {
    const found = new Map<string, unknown>();
    for (const some of parts(ids)) {
      const query = [["expand", "openapi-3.0"], ["limit", String(NAMED)], ...naming(some)];
      const entries = await pages("/models", "models", query as [string, string][], signal);
      for (const { endpoint_id, openapi } of entries) {
        if (typeof endpoint_id === "string" && openapi) found.set(endpoint_id, openapi);
      }
    }
    return found;
  }

  /** fal refuses a whole call for one name that it does not know: then each half is asked for alone. */
  async function pricesOf(ids: readonly string[], signal?: AbortSignal): Promise<Json[]> {
    try {
      return await pages("/models/pricing", "prices", naming(ids), signal);
    } catch (error) {
      if (!(error instanceof FalError) || error.status !== 404) throw error;
      if (ids.length <= 1) return [];
      const middle = Math.ceil(ids.length / 2);
      const halves = [ids.slice(0, middle), ids.slice(middle)];
      return [...(await pricesOf(halves[0]!, signal)), ...(await pricesOf(halves[1]!, signal))];
    }
  }

  async function prices(ids: readonly string[], signal?: AbortSignal): Promise<PlatformPrice[]> {
    const found: Json[] = [];
    for (const some of parts(ids)) found.push(...(await pricesOf(some, signal)));
    return found.flatMap(({ endpoint_id: id, unit_price: amount, unit, currency }) =>
      typeof id === "string" && typeof amount === "number" && typeof unit === "string"
        ? { id, amount, unit, currency: typeof currency === "string" ? currency : "USD" }
        : [],
    );
  }

  return { models, schemas, prices };
}

function* parts(ids: readonly string[]): Generator<readonly string[]> {
  for (let from = 0; from < ids.length; from += NAMED) yield ids.slice(from, from + NAMED);
}

const naming = (ids: readonly string[]): [string, string][] => ids.map((id) => ["endpoint_id", id]);

function unreadable(path: string): FalError {
  return new FalError({ status: 502, message: `fal's platform gave no list at ${path}` });
}

function record(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}
