/** Writes `dist/falgate` for this machine, or with `--all` one executable for every target. */
import type { BunPlugin } from "bun";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { READ } from "../src/http/head.ts";
import { recordStart } from "./start-profile.ts";

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
 * What runs once, at the start, need not be compiled: until `src/index.ts` says that the start is over,
 * the JIT holds back. That takes a quarter off the start's processor time.
 * A `bunfig.toml` in the folder it is started from must not be obeyed: it can run code.
 */
async function compile(outfile: string, { target, profile = false }: Variant = {}): Promise<void> {
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
      jitPolicy: 16,
      bytecodeOrder: profile,
      execArgv: [`--max-http-header-size=${READ}`],
      ...(target ? { target: `bun-${target}` as never } : {}),
    },
  });
  if (!result.success) throw new AggregateError(result.logs, `could not build ${outfile}`);
}

interface Variant {
  /** Another machine than this one. */
  target?: string;
  /** What a start uses, which then stands together: 2 to 3 MB less are read into memory. */
  profile?: string | false;
}

/** Hands over a folder that lasts as long as the work in it. */
async function aside<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = join(process.cwd(), await mkdtemp("dist/.build-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The name of the executable, once it is whole: a build that is cut off leaves the old one. */
function build(name: string, variant: Variant): Promise<string> {
  return aside(async (folder) => {
    await compile(`${folder}/${name}`, variant);
    const file = variant.target?.startsWith("windows") ? `${name}.exe` : name;
    // The executable holds its source map; the copy that Bun writes beside it is left behind.
    await rename(`${folder}/${file}`, `dist/${file}`);
    console.log(`dist/${file}  ${(Bun.file(`dist/${file}`).size / 1e6).toFixed(0)} MB`);
    return file;
  });
}

/** One serves every target: it names functions by what is written in them. */
async function profiled(folder: string): Promise<string | false> {
  const file = `${folder}/first`;
  await compile(file);
  return recordStart(process.platform === "win32" ? `${file}.exe` : file, `${folder}/profile`);
}

async function sha256(file: string): Promise<string> {
  const hasher = new Bun.CryptoHasher("sha256");
  for await (const chunk of Bun.file(file).stream()) hasher.update(chunk);
  return hasher.digest("hex");
}

process.chdir(new URL("..", import.meta.url).pathname);
await mkdir("dist", { recursive: true });
await aside(async (folder) => {
  const profile = await profiled(folder);
  if (!Bun.argv.includes("--all")) return build("falgate", { profile });
  const sums: string[] = [];
  for (const target of TARGETS) {
    const file = await build(`falgate-${target}`, { target, profile });
    sums.push(`${await sha256(`dist/${file}`)}  ${file}\n`);
  }
  await Bun.write("dist/SHA256SUMS", sums.join(""));
});
