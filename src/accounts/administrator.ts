/** Who may administrate: whoever shows `ADMIN_KEY`, and nobody by a client key. */
import { timingSafeEqual } from "node:crypto";
import { ApiError } from "../openai/error.ts";
import { unauthorized } from "./keyring.ts";
import { digest, presentedKeys } from "./presented.ts";
import type { Principal } from "./principal.ts";

export const ADMINISTRATOR: Principal = { id: "admin", name: "admin" };

/**
 * Tells the administrator by a request's key.
 * @throws {ApiError} 401 for any other key, 403 `administration_disabled` where there is no such key.
 */
export function createAdministrator(adminKey: string | undefined) {
  const wanted = adminKey === undefined ? undefined : Buffer.from(digest(adminKey), "hex");
  return ({ headers }: Request): Principal => {
    if (!wanted) throw disabled();
    const shown = presentedKeys(headers).map((key) => Buffer.from(digest(key), "hex"));
    if (shown.some((hash) => timingSafeEqual(hash, wanted))) return ADMINISTRATOR;
    throw unauthorized("This needs the admin key.", "invalid_api_key");
  };
}

const disabled = () =>
  new ApiError(
    403,
    "There is no administration here: ADMIN_KEY is not set.",
    "invalid_request_error",
    {
      code: "administration_disabled",
    },
  );
