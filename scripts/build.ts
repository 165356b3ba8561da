/** Writes `dist/falgate` for this machine, or with `--all` one executable for every target. */
import type { BunPlugin } from "bun";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { READ } from "../src/http/head.ts";

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
 * The theme of the page that @elysiajs/swagger would make: `/swagger` has a page of its own. The theme
 * brings a whole schema library along, a tenth of what is run before the first line of falgate's.
 */
const noTheme: BunPlugin = {
  name: "no theme",
  setup(build) {
    build.onResolve({ filter: /^@scalar\/themes$/ }, () => ({ path: "none", namespace: "theme" }));
    build.onLoad({ filter: /.*/, namespace: "theme" }, () => ({
      contents: 'export const elysiajsTheme = "";',
      loader: "js",
    }));
  },
};

/**
 * No minifying: Elysia reads its handlers' source to learn what they use, and minified handlers lose
 * their arguments. Bytecode halves the time to start and needs the ESM format for top-level await.
 * Splitting leaves what a command does not use unread, and nearly all of it in the process that is about
 * to replace itself (`cli/runtime.ts`).
 * A `bunfig.toml` in the folder it is started from must not be obeyed: it can run code.
 */
async function compile(outfile: string, target?: string): Promise<void> {
  const result = await Bun.build({
    entrypoints: ["src/index.ts"],
    bytecode: true,
    format: "esm",
    sourcemap: "inline",
    splitting: true,
    plugins: [noTheme],
    compile: {
      outfile,
      autoloadBunfig: false,
      autoloadDotenv: true,
      execArgv: [`--max-http-header-size=${READ}`],
      ...(target ? { target: `bun-${target}` as never } : {}),
    },
  });
  if (!result.success) throw new AggregateError(result.logs, `could not build ${outfile}`);
}

/** The name of the executable, once it is whole: a build that is cut off leaves the old one. */
async function build(name: string, target?: string): Promise<string> {
  const folder = await mkdtemp("dist/.build-");
  try {
    await compile(`${folder}/${name}`, target);
    const file = target?.startsWith("windows") ? `${name}.exe` : name;
    // The executable holds its source map; the copy that Bun writes beside it is left behind.
    await rename(`${folder}/${file}`, `dist/${file}`);
    console.log(`dist/${file}  ${(Bun.file(`dist/${file}`).size / 1e6).toFixed(0)} MB`);
    return file;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function sha256(file: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(file).stream()) hasher.update(chunk);
  return hasher.digest("hex");
}

process.chdir(new URL("..", import.meta.url).pathname);
await mkdir("dist", { recursive: true });
if (Bun.argv.includes("--all")) {
  const sums: string[] = [];
  for (const target of TARGETS) {
    const file = await build(`falgate-${target}`, target);
    sums.push(`${await sha256(`dist/${file}`)}  ${file}\n`);
  }
  await Bun.write("dist/SHA256SUMS", sums.join(""));
} else {
  await build("falgate");
}
