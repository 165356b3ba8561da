/** `bun run catalog`: writes `src/models/catalog.json` from the types that `@fal-ai/client` ships. */
import type { Field, PackedCatalog } from "../src/models/catalog.ts";
import { readDeclarations } from "./catalog-declarations.ts";

const root = `${import.meta.dir}/..`;
const client = `${root}/node_modules/@fal-ai/client`;

/** Where the catalogue is kept. */
export const CATALOG = `${root}/src/models/catalog.json`;

/** The catalogue's text for the installed `@fal-ai/client`: the same input, the same bytes. */
export async function generate(): Promise<string> {
  const { name, version } = await Bun.file(`${client}/package.json`).json();
  const declarations = await Bun.file(`${client}/src/types/endpoints.d.ts`).text();

  const types = table<PackedCatalog["types"][number]>();
  const fields = table<PackedCatalog["fields"][number]>();
  const inputs = table<readonly number[]>();

  function packFields(record: Readonly<Record<string, Field>>): number[] {
    return Object.entries(record).map(([name, { required, ...type }]) =>
      fields.index([name, packType(type), required ? 1 : 0]),
    );
  }

  function packType({ items, fields, required: _, ...rest }: Field): number {
    return types.index({
      ...rest,
      ...(items === undefined ? {} : { items: packType(items) }),
      ...(fields === undefined ? {} : { fields: packFields(fields) }),
    });
  }

  const endpoints = readDeclarations(declarations).map(
    ({ id, input, output }) => [id, [inputs.index(packFields(input)), output]] as const,
  );
  return [
    `{"source":${JSON.stringify(`${name} ${version}`)}`,
    `"types":[\n${types.lines()}]`,
    `"fields":[\n${fields.lines()}]`,
    `"inputs":[\n${inputs.lines()}]`,
    `"endpoints":{\n${endpoints.map(([id, entry]) => `${JSON.stringify(id)}:${JSON.stringify(entry)}`).join(",\n")}}}\n`,
  ].join(",\n");
}

/** Values that are kept once each, and named by their place. */
function table<T>() {
  const places = new Map<string, number>();
  return {
    index(value: T): number {
      const line = JSON.stringify(value);
      const place = places.get(line) ?? places.size;
      places.set(line, place);
      return place;
    },
    lines: () => [...places.keys()].join(",\n"),
  };
}

if (import.meta.main) {
  const text = await generate();
  await Bun.write(CATALOG, text);
  const { source, endpoints } = JSON.parse(text) as PackedCatalog;
  const size = Math.round(text.length / 1024);
  console.log(`${Object.keys(endpoints).length} endpoints of ${source}, ${size} KB`);
}
