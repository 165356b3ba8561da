/** A catalogue that learns: what is built in, and what fal has said since. */
import { type About, builtinCatalog, type Catalog, type Endpoint, type Price } from "./catalog.ts";

/** What fal has said, as it is kept in a file. */
export interface Snapshot {
  readonly version: 1;
  readonly models: Readonly<Record<string, Known>>;
  /** Of those that the built-in catalogue lacks. */
  readonly endpoints: Readonly<Record<string, Pick<Endpoint, "input" | "output">>>;
  readonly prices: Readonly<Record<string, Price>>;
}

export interface Known {
  readonly name?: string;
  readonly retired?: true;
  /** When fal changed it last, in its own words. */
  readonly updated?: string;
}

export interface LiveCatalog extends Catalog {
  adopt(snapshot: Snapshot): void;
  /** What was adopted last. */
  snapshot(): Snapshot | undefined;
}

export function createLiveCatalog(builtin: Catalog = builtinCatalog()): LiveCatalog {
  let learnt: Snapshot | undefined;
  let endpoints = new Map<string, Endpoint>();
  let ids: readonly string[] | undefined;
  let revision = 0;

  return {
    get: (id) => builtin.get(id) ?? endpoints.get(id),
    ids: () => (ids ??= [...builtin.ids(), ...endpoints.keys()].sort()),
    revision: () => revision,
    snapshot: () => learnt,
    about(id): About {
      const { name, retired } = own(learnt?.models, id) ?? {};
      const price = own(learnt?.prices, id);
      return {
        ...(name === undefined ? {} : { name }),
        ...(retired ? { retired } : {}),
        ...(price ? { price } : {}),
      };
    },
    adopt(snapshot) {
      learnt = snapshot;
      const added = Object.entries(snapshot.endpoints).filter(([id]) => !builtin.get(id));
      endpoints = new Map(added.map(([id, described]) => [id, { id, ...described }]));
      ids = undefined;
      revision += 1;
    },
  };
}

/** A snapshot that was written to a file; nothing where the file is none, or of another version. */
export function readSnapshot(value: unknown): Snapshot | undefined {
  const { version, models, endpoints, prices } = Object(value) as Partial<Snapshot>;
  const whole = [models, endpoints, prices].every((part) => isRecord(part));
  const described = Object.values(endpoints ?? {}).every(
    (endpoint) => isRecord(endpoint?.input) && typeof endpoint.output === "string",
  );
  return version === 1 && whole && described ? (value as Snapshot) : undefined;
}

function own<T>(of: Readonly<Record<string, T>> | undefined, id: string): T | undefined {
  return of && Object.hasOwn(of, id) ? of[id] : undefined;
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
