/** Writes `dist/falgate` for this machine, or with `--all` one executable for every target. */
import { $ } from "bun";
import { mkdir } from "node:fs/promises";

const TARGETS = [
  "linux-x64",
  "linux-arm64",
  "linux-x64-musl",
  "linux-arm64-musl",
  "darwin-x64",
  "darwin-arm64",
  "windows-x64",
] as const;

/**
 * No minifying: Elysia reads its handlers' source to learn what they use, and minified handlers lose
 * their arguments. Bytecode halves the time to start and needs the ESM format for top-level await.
 * A `bunfig.toml` in the folder it is started from must not be obeyed: it can run code.
 */
async function build(outfile: string, target?: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: ["src/index.ts"],
    bytecode: true,
    format: "esm",
    sourcemap: "linked",
    compile: {
      outfile,
      autoloadBunfig: false,
      autoloadDotenv: true,
      ...(target ? { target: `bun-${target}` as never } : {}),
    },
  });
  if (!result.success) throw new AggregateError(result.logs, `could not build ${outfile}`);
  const { size } = Bun.file(target?.startsWith("windows") ? `${outfile}.exe` : outfile);
  console.log(`${outfile}  ${(size / 1e6).toFixed(0)} MB`);
}

process.chdir(new URL("..", import.meta.url).pathname);
await mkdir("dist", { recursive: true });
if (Bun.argv.includes("--all")) {
  for (const target of TARGETS) await build(`dist/falgate-${target}`, target);
  await $`sha256sum falgate-* > SHA256SUMS`.cwd("dist");
} else {
  await build("dist/falgate");
}
