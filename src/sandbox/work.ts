/** One generation to be done, and what came of it, whichever way it was asked for. */
import type { Fields } from "./call.ts";
import type { Fault } from "./fault.ts";
import type { Marker } from "./marker.ts";
import type { Model } from "./schema.ts";

export interface Work {
  /** The endpoint; `"path"` when its app exists and its route does not. */
  readonly model: Model | "path";
  readonly endpoint: string;
  /** Without markers: what the model sees. */
  readonly input: Fields;
  readonly marker: Marker;
  readonly key: string;
  readonly id: string;
  /** Links to media start with it. */
  readonly origin: string;
}

export type Outcome =
  | { readonly output: unknown; readonly units: number; readonly fault?: undefined }
  | {
      readonly fault: Fault;
      /** The model refused before it began, so it took no time. */
      readonly early?: true;
      /** The status does not tell; only reading the result does. */
      readonly hidden?: true;
    };
