/** Imports run one way, from the process down to what knows nobody. */
import { expect, test } from "bun:test";
import { Glob } from "bun";
import { dirname, join, normalize } from "node:path";

/** What each part of `src` may import, besides itself. The same table stands in CONTRIBUTING.md. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  index: ["cli"],
  cli: [
    "app",
    "config",
    "errors",
    "log",
    "version",
    "accounts",
    "fal",
    "generation",
    "http",
    "store",
    "models",
    "nearest",
    "openai",
    "native",
    "routes",
    "sandbox",
  ],
  app: ["accounts", "http", "routes"],
  routes: [
    "accounts",
    "config",
    "errors",
    "fal",
    "formats",
    "generation",
    "http",
    "log",
    "models",
    "openai",
    "native",
    "relays",
    "store",
  ],
  // Of a task they know what it is, and nothing of how it is carried out.
  relays: ["generation/task.ts", "openai"],
  native: ["address", "fal", "log", "store"],
  store: ["log"],
  generation: ["fal", "log", "models", "openai", "store"],
  accounts: ["fal", "log", "openai", "store"],
  models: ["fal", "nearest", "openai"],
  errors: ["fal", "openai"],
  http: ["log", "nearest", "openai"],
  fal: ["address", "log"],
  openai: [],
  formats: [],
  config: ["log", "nearest"],
  address: [],
  log: [],
  nearest: [],
  version: [],
  // The emulated fal is reached over HTTP; of the rest it reads one file of data.
  sandbox: ["models/catalog.json"],
};

const SRC = new URL("../../src/", import.meta.url).pathname;
const transpiler = new Bun.Transpiler({ loader: "ts" });
const part = (path: string) => path.split("/")[0]!.replace(/\.ts$/, "");

async function imports(file: string): Promise<string[]> {
  const source = await Bun.file(join(SRC, file)).text();
  // The transpiler drops imports of types alone, which count here too.
  const types = [...source.matchAll(/^(?:import|export) (?:type )?[^;]*? from "([^"]+)"/gm)];
  return [
    ...transpiler.scanImports(source).map(({ path }) => path),
    ...types.map(([, path]) => path!),
  ]
    .filter((path) => path.startsWith("."))
    .map((path) => normalize(join(dirname(file), path)));
}

test("no import runs back", async () => {
  const files = [...new Glob("**/*.{ts,tsx}").scanSync(SRC)];
  expect(files.length).toBeGreaterThan(50);
  const back: string[] = [];
  for (const file of files) {
    const from = part(file);
    const allowed = MAY_IMPORT[from];
    if (!allowed) back.push(`${file} belongs to no layer`);
    for (const target of await imports(file)) {
      if (target.startsWith("..")) continue; // package.json, an embedded asset
      const to = part(target);
      if (to !== from && !allowed?.includes(to) && !allowed?.includes(target)) {
        back.push(`${file} imports ${target}`);
      }
    }
  }
  expect(back).toEqual([]);
});

test("no file imports itself by a detour", async () => {
  const files = [...new Glob("**/*.ts").scanSync(SRC)];
  const known = new Map(
    await Promise.all(files.map(async (file) => [file, await imports(file)] as const)),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  function visit(file: string, path: readonly string[]): void {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(" → "));
      return;
    }
    if (done.has(file)) return;
    for (const target of known.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  }
  for (const file of files) visit(file, []);
  expect(circles).toEqual([]);
});

test("only index.ts and scripts touch the process", async () => {
  const guilty: string[] = [];
  for (const file of new Glob("**/*.ts").scanSync(SRC)) {
    if (file === "index.ts") continue;
    const source = await Bun.file(join(SRC, file)).text();
    if (/(?<![\w.$])process\.(env|exit|argv|on|stdout|stderr|cwd|kill)\b/.test(source))
      guilty.push(file);
  }
  expect(guilty).toEqual([]);
});

test("a model's name decides nothing outside src/models", async () => {
  const guilty: string[] = [];
  for (const file of new Glob("**/*.ts").scanSync(SRC)) {
    if (file.startsWith("models/") || file.startsWith("sandbox/")) continue;
    const source = await Bun.file(join(SRC, file)).text();
    if (/\bmodel(\.id|Id|Name)?\s*[!=]==\s*["'`]/.test(source)) guilty.push(file);
  }
  expect(guilty).toEqual([]);
});
