/** Client keys made as an owner makes them: over the administration's routes. */
import type { Gateway } from "./gateway.ts";

export const ADMIN_KEY = "admin-key-of-the-tests";

export function administrate(
  gateway: Gateway,
  method: string,
  path = "",
  body?: object,
): Promise<Response> {
  return gateway.fetch(`/admin/keys${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, "content-type": "application/json" },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
}

/** The key itself. */
export async function makeKey(gateway: Gateway, said: Record<string, unknown>): Promise<string> {
  const response = await administrate(gateway, "POST", "", said);
  const { key } = (await response.json()) as { key?: string };
  if (key === undefined) throw new Error(`no key for ${said.name}: ${response.status}`);
  return key;
}

export const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
