/** Where fal lives: its hosts, and the backups that its own clients use. */

export interface Hosts {
  queue: string;
  run: string;
  rest: string;
  platform: string;
}

/**
 * Backups are for connect failures only, when fal's main domain cannot be reached
 * (fal-js, `backup-domain.ts`; fal PR #1160).
 */
const BACKUPS: Readonly<Record<string, string>> = {
  "https://queue.fal.run": "https://queue.falrun.com",
  "https://fal.run": "https://falrun.com",
};

/** The same URL on the backup of its host, if that host has one. */
export function backupOf(url: string): string | undefined {
  const main = Object.keys(BACKUPS).find((base) => url.startsWith(`${base}/`));
  return main && BACKUPS[main] + url.slice(main.length);
}
