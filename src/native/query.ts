/** One parameter of a query, taken out or put in; the rest stays as it was written. */

/** The query without a parameter, in whatever spelling, and its value. Of several, the last counts. */
export function take(search: string, name: string): { search: string; value: string | undefined } {
  const pairs = search.slice(1).split("&").filter(Boolean);
  const named = pairs.filter((pair) => nameOf(pair) === name).at(-1);
  const rest = pairs.filter((pair) => nameOf(pair) !== name).join("&");
  const value = named === undefined ? undefined : new URLSearchParams(named).get(name);
  return { search: rest && `?${rest}`, value: value || undefined };
}

export function put(search: string, name: string, value: string): string {
  return `${search || "?"}${search && "&"}${name}=${encodeURIComponent(value)}`;
}

const nameOf = (pair: string) => [...new URLSearchParams(pair).keys()][0];
