/** Who is calling: known from the edge on, for as long as the request lives. */
import type { Limits } from "./limits.ts";

/** A caller. Everything that is owned (a generation, a task) belongs to `id`. */
export interface Principal {
  readonly id: string;
  /** Shown in logs; never the key. */
  readonly name: string;
  readonly limits?: Limits;
}

export const ANONYMOUS: Principal = { id: "anonymous", name: "anonymous" };

const admissions = new WeakMap<Request, Principal>();

/** The caller of a request that the edge has let in. */
export function admitted(request: Request): Principal {
  return admissions.get(request) ?? ANONYMOUS;
}

/** Remembers who is calling, for the request's own lifetime. */
export function admit(request: Request, principal: Principal): Principal {
  admissions.set(request, principal);
  return principal;
}
