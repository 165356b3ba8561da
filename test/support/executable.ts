/** The release executable, built when it is missing or older than its source. */
import { Glob } from "bun";

const ROOT = new URL("../..", import.meta.url).pathname;
const FILE = `${ROOT}dist/falgate`;

let built: Promise<string> | undefined;

export function executable(): Promise<string> {
  built ??= build();
  return built;
}

async function build(): Promise<string> {
  const { lastModified } = Bun.file(FILE);
  const fresh = (await Bun.file(FILE).exists()) && (await newest()) <= lastModified;
  if (fresh) return FILE;
  const { exitCode, stderr } = Bun.spawnSync(["bun", "scripts/build.ts"], { cwd: ROOT });
  if (exitCode !== 0) throw new Error(`the build failed: ${stderr}`);
  return FILE;
}

async function newest(): Promise<number> {
  const files = await Array.fromAsync(new Glob("src/**/*").scan(ROOT));
  return Math.max(...files.map((file) => Bun.file(ROOT + file).lastModified));
}
