/** Who is let in, and on which terms: the key, its routes, and how often it may ask. */
import { createAdministrator } from "../accounts/administrator.ts";
import type { Passage } from "../accounts/limiter.ts";
import { permitRoute } from "../accounts/permission.ts";
import { admit, admitted, type Principal } from "../accounts/principal.ts";
import type { Deps } from "./deps.ts";
import { isNative } from "./native-path.ts";

export interface Admission {
  /** Throws for a caller who may not pass. */
  admit(request: Request, path: string): Principal | Promise<Principal>;
  /** Throws for a caller who asks too much. Nothing for what is not counted. */
  enter(request: Request, path: string): Promise<Passage> | undefined;
}

export interface AdmissionOptions extends Pick<Deps, "config" | "accounts" | "clientOf"> {
  /** Who calls without a header to say so: a browser that opens a socket. */
  callerOf(request: Request): Principal | undefined;
}

export function createAdmission(options: AdmissionOptions): Admission {
  const { config, accounts, clientOf, callerOf } = options;
  const { keyring, limiter, strangers } = accounts;
  const administrator = createAdministrator(config.adminKey);

  return {
    admit(request, path) {
      const identify = isAdministration(path)
        ? () => administrator(request)
        : () => callerOf(request) ?? keyring.identify(request);
      const letIn = (caller: Principal) => {
        permitRoute(caller, path);
        return admit(request, caller);
      };
      const caller = strangers.meet(clientOf(request), identify);
      return caller instanceof Promise ? caller.then(letIn) : letIn(caller);
    },
    enter: (request, path) =>
      isCounted(request, path) ? limiter.enter(admitted(request)) : undefined,
  };
}

const isAdministration = (path: string) => /^\/admin(\/|$)/.test(path);

/** A question about a request that has been made, or its end. */
const FOLLOWING = /\/requests\/[^/]+/;

/**
 * What sets fal to work counts. Asking how far it is, ending it and uploading for it do not: clients
 * that poll would use up their own limit.
 */
function isCounted({ method, headers }: Request, path: string): boolean {
  if (path === "/files") return false;
  if (!isNative(path)) return method === "POST";
  if (path === "/api/fal/proxy") {
    const target = URL.parse(headers.get("x-fal-target-url") ?? "");
    return target !== null && !FOLLOWING.test(target.pathname) && !/^rest\./.test(target.hostname);
  }
  return !FOLLOWING.test(path) && !path.startsWith("/rest/") && !path.startsWith("/uploads/");
}
