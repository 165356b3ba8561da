/** Requests in a number that is known beforehand, so many of them at once. */

/** Runs `work` for every number below `count`; gives what each run gave. */
export async function load<T>(
  count: number,
  atOnce: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  async function worker(): Promise<void> {
    while (next < count) results.push(await work(next++));
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
  return results;
}

export async function expectOk(url: string, init?: RequestInit): Promise<string> {
  const response = await fetch(url, init);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}
