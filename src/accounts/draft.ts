/** What its owner says of a new key, read and judged: the same on the command line and over HTTP. */
import { invalidRequest } from "../openai/error.ts";
import { missing } from "../openai/unfit.ts";
import { readBudget } from "./budget-text.ts";
import { readExpiry } from "./expiry-text.ts";
import type { Limits } from "./limits.ts";

export interface Draft {
  name: string;
  /** Milliseconds since 1970. */
  expiresAt: number | null;
  limits: Limits;
}

/** What there is to allow. */
export interface Allowable {
  /** Whether the glob stands for any model. */
  isModel(glob: string): boolean;
  /** Models that somebody who wrote this may have meant. */
  nearest(glob: string): readonly string[];
  /** Whether the glob stands for any path. */
  isRoute(glob: string): boolean;
}

export type Said = Readonly<Record<string, unknown>>;

/** Plain enough for a log line and a table. */
const NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@+'-]{0,63}$/u;

/** Names of callers that have no stored key. */
const TAKEN = /^(anonymous|admin|key-\d+)$/i;

const GLOB = /^[\x21-\x2b\x2d-\x7e]{1,200}$/;

/** A day's worth of requests in a minute, and more places than a process has: no limit would say more. */
const MOST = { rpm: 1_000_000, concurrency: 100_000, weight: 1_000 } as const;

const PARAMS = new Set(["name", "budget", "models", "routes", "expires", ...Object.keys(MOST)]);

/** @throws {ApiError} 400 that names the parameter. */
export function readDraft(said: Said, allowable: Allowable, now: number): Draft {
  const unknown = Object.keys(said).find((param) => !PARAMS.has(param));
  if (unknown !== undefined) {
    throw invalidRequest(`There is no '${unknown}'. There are ${[...PARAMS].join(", ")}.`, unknown);
  }
  const { budget, expires } = said;
  const limits = {
    rpm: count(said, "rpm"),
    concurrency: count(said, "concurrency"),
    budget: isSaid(budget) ? read("budget", budget, readBudget) : undefined,
    models: globs(said, "models", allowable.isModel, allowable.nearest),
    routes: globs(said, "routes", allowable.isRoute),
    weight: count(said, "weight"),
  };
  return {
    name: nameOf(said.name),
    expiresAt: isSaid(expires) ? read("expires", expires, (text) => readExpiry(text, now)) : null,
    limits: Object.fromEntries(Object.entries(limits).filter(([, value]) => value !== undefined)),
  };
}

const isSaid = (value: unknown) => value !== undefined && value !== null;

function nameOf(name: unknown): string {
  if (!isSaid(name) || name === "") throw missing("name");
  if (typeof name !== "string" || !NAME.test(name)) {
    throw wrong(
      "name",
      "must be 1 to 64 letters, digits, blanks or ._@+'-, a letter or digit first",
    );
  }
  if (TAKEN.test(name)) throw wrong("name", `must not be '${name}', which means somebody else`);
  return name;
}

function count(said: Said, param: keyof typeof MOST): number | undefined {
  const value = said[param];
  if (!isSaid(value)) return undefined;
  const most = MOST[param];
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most) return Number(value);
  throw wrong(param, `must be a whole number from 1 to ${most}`);
}

function read<T>(param: string, value: unknown, reader: (text: string) => T): T {
  if (typeof value !== "string") throw wrong(param, "must be a text");
  try {
    return reader(value.trim());
  } catch (error) {
    throw wrong(param, `is "${value}", which ${(error as Error).message}`);
  }
}

function globs(
  said: Said,
  param: "models" | "routes",
  exists: (glob: string) => boolean,
  nearest: (glob: string) => readonly string[] = () => [],
): readonly string[] | undefined {
  const value = said[param];
  if (!isSaid(value)) return undefined;
  const sane = (glob: unknown) => typeof glob === "string" && GLOB.test(glob);
  if (!Array.isArray(value) || value.length === 0 || value.length > 100 || !value.every(sane)) {
    throw wrong(param, "must be 1 to 100 names, in which * stands for anything");
  }
  for (const glob of value as string[]) {
    if (exists(glob)) continue;
    const near = nearest(glob);
    const hint = near.length > 0 ? `. Did you mean ${near.join(", ")}?` : "";
    throw wrong(param, `has "${glob}", which matches nothing${hint}`);
  }
  return value as string[];
}

const wrong = (param: string, problem: string) =>
  invalidRequest(`'${param}' ${problem.replace(/(?<![.?])$/, ".")}`, param);
