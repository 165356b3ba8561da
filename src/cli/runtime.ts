/** What falgate needs of the runtime beneath it, seen to before anything else happens. */

const NEEDED = "1.4.5";

/** From source, an older Bun would leak memory and buffer streams; the executable carries its own. */
export function requireBun(version: string, refuse: (line: string) => void): void {
  if (Bun.semver.order(version, NEEDED) >= 0) return;
  refuse(
    `falgate needs Bun ${NEEDED} or newer, and this is ${version}. Try: npx --yes bun@${NEEDED}`,
  );
}

/**
 * Bun reads these only when it starts. It holds back every fetch beyond 256 at once; and it lets
 * garbage grow in proportion to the machine's memory, where what serves thousands of streams does
 * better to collect it early.
 */
const SETTINGS: Readonly<Record<string, string>> = {
  BUN_CONFIG_MAX_HTTP_REQUESTS: "65535",
  BUN_JSC_forceRAMSize: "200000000",
  BUN_JSC_largeHeapGrowthFactor: "1.1",
};

type Process = Pick<NodeJS.Process, "argv" | "execPath" | "env"> & {
  execve?: (file: string, args: string[], env: Record<string, string | undefined>) => void;
};

/**
 * The process replaces itself once, under the same process id. Where that cannot be done (Windows),
 * the variables have to be set from outside; what is set already stays.
 */
export function settleRuntime(process: Process): void {
  const { env, execPath, argv } = process;
  if (!process.execve || Object.keys(SETTINGS).every((name) => env[name])) return;
  // In an executable the first two arguments are Bun's own names for itself.
  const args = argv.slice(Bun.isStandaloneExecutable ? 2 : 1);
  process.execve(execPath, [execPath, ...args], { ...SETTINGS, ...env });
}
