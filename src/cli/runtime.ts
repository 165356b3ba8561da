/** What falgate needs of the runtime beneath it, seen to before anything else happens. */

const NEEDED = "1.4.5";

/** From source, an older Bun would leak memory and buffer streams; the executable carries its own. */
export function requireBun(version: string, refuse: (line: string) => void): void {
  if (Bun.semver.order(version, NEEDED) >= 0) return;
  refuse(
    `falgate needs Bun ${NEEDED} or newer, and this is ${version}. Try: npx --yes bun@${NEEDED}`,
  );
}

const LIMIT = "BUN_CONFIG_MAX_HTTP_REQUESTS";

type Process = Pick<NodeJS.Process, "argv" | "execPath" | "env"> & {
  execve?: (file: string, args: string[], env: Record<string, string | undefined>) => void;
};

/**
 * Bun holds back every fetch beyond 256 at once, and reads the variable that lifts this only when
 * it starts. So the process replaces itself once, under the same process id. Where that cannot be
 * done (Windows), the variable has to be set from outside.
 */
export function raiseFetchLimit(process: Process): void {
  const { env, execPath, argv } = process;
  if (env[LIMIT] || !process.execve) return;
  // In an executable the first two arguments are Bun's own names for itself.
  const args = argv.slice(Bun.isStandaloneExecutable ? 2 : 1);
  process.execve(execPath, [execPath, ...args], { ...env, [LIMIT]: "65535" });
}
