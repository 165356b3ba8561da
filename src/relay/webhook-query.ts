/** `?fal_webhook=`: taken out of a client's query, and put into the one that fal gets. */

const NAME = "fal_webhook";

/**
 * A query without the webhook in it, the rest as it was written: fal must not call a client that
 * falgate calls. Of several, fal obeys the last.
 */
export function takeWebhook(search: string): { search: string; webhook: string | undefined } {
  const pairs = search.slice(1).split("&").filter(Boolean);
  const named = pairs.filter((pair) => nameOf(pair) === NAME).at(-1);
  const rest = pairs.filter((pair) => nameOf(pair) !== NAME).join("&");
  const webhook = named === undefined ? undefined : new URLSearchParams(named).get(NAME);
  return { search: rest && `?${rest}`, webhook: webhook || undefined };
}

/** The query with the address that fal is to call in place of the client's. */
export function withWebhook(search: string, address: string): string {
  return `${search || "?"}${search && "&"}${NAME}=${encodeURIComponent(address)}`;
}

const nameOf = (pair: string) => [...new URLSearchParams(pair).keys()][0];
