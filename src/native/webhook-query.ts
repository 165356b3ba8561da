/** `?fal_webhook=`: taken out of a client's query, and put into the one that fal gets. */
import { put, take } from "./query.ts";

const NAME = "fal_webhook";

/** fal must not call a client that falgate calls. */
export function takeWebhook(search: string): { search: string; webhook: string | undefined } {
  const { search: rest, value: webhook } = take(search, NAME);
  return { search: rest, webhook };
}

/** The query with the address that fal is to call in place of the client's. */
export const withWebhook = (search: string, address: string): string => put(search, NAME, address);
