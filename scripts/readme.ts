/** `bun scripts/readme.ts`: writes the README's tables from what falgate itself goes by. */
import { createApp } from "../src/app.ts";
import { createGateway } from "../src/cli/gateway.ts";
import { expectation, loadConfig, OPTIONS, shownDefault } from "../src/config.ts";
import { silent } from "../src/log.ts";
import { builtinAliases } from "../src/models/aliases.ts";
import { markers } from "../src/sandbox/marker.ts";

/** Where the README is. */
export const README = `${import.meta.dir}/../README.md`;

const SECTIONS: Readonly<Record<string, () => string | Promise<string>>> = {
  routes,
  aliases,
  relays,
  options,
  markers: () =>
    table(
      ["marker", "orders"],
      markers.map(([key, does]) => [code(key), does]),
    ),
};

/** The same text, its tables made anew. */
export async function withTables(text: string): Promise<string> {
  let written = text;
  for (const [name, make] of Object.entries(SECTIONS)) {
    const place = new RegExp(`(<!-- ${name}:[^\n]*-->\n)[^]*?(<!-- /${name} -->)`);
    if (!place.test(written)) throw new Error(`README.md has no place for ${name}`);
    const made = await make();
    written = written.replace(place, (_, begin, end) => `${begin}\n${made}\n\n${end}`);
  }
  return written;
}

interface Document {
  tags: { name: string }[];
  paths: Record<string, Record<string, { summary: string; tags: string[] }>>;
}

async function routes(): Promise<string> {
  const app = createApp(createGateway(loadConfig({}), silent, true));
  const response = await app.handle(new Request("http://localhost/swagger/json"));
  const { tags, paths } = (await response.json()) as Document;
  const operations = Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ ...operation, method, path })),
  );
  const rows = tags.flatMap(({ name }) =>
    operations
      .filter((operation) => operation.tags[0] === name)
      .map(({ method, path, summary }) => [name, code(`${method.toUpperCase()} ${path}`), summary]),
  );
  return table(["", "route", "does"], rows);
}

function aliases(): string {
  const drawing = builtinAliases.filter(({ modality }) => /-to-image$/.test(modality));
  const rows = drawing.map(({ id, also = [], endpoints, with: given, format }) => [
    [id, ...also].map(code).join(", "),
    chain(endpoints),
    chain(given?.edit ?? []),
    code(format ?? "url"),
  ]);
  const languages = builtinAliases.filter(({ modality }) => modality === "chat");
  const films = builtinAliases.filter(({ modality }) => /-to-video$/.test(modality));
  return [
    table(["name", "draws with, best first", "edits with, best first", "answers"], rows),
    `Language models, through fal's OpenRouter route: ${names(languages)}; any other \`vendor/model\` of OpenRouter's works too.`,
    `Video models, under \`/v1/videos\`, for the relays and in conversation: ${names(films)}.`,
    `Speech: ${names(of("text-to-speech"))}. Transcripts: ${names(of("speech-to-text"))}.`,
  ].join("\n\n");
}

/** Every name that films, with the endpoints for so many pictures. */
function relays(): string {
  const films = builtinAliases.filter(({ modality }) => /-to-video$/.test(modality));
  const rows = films.map(
    ({ id, endpoints, with: given, mostPictures = Infinity, defaults = {} }) => [
      code(id),
      chain(endpoints),
      chain(given?.first ?? []),
      mostPictures < 2 ? "" : chain(given?.frames ?? []),
      chain(given?.references ?? []),
      Object.entries(defaults)
        .map(([name, value]) => code(`${name}: ${value}`))
        .join(", "),
    ],
  );
  const head = ["name", "words alone", "first frame", "first and last", "material, up to 3"];
  return table([...head, "unless the client says otherwise"], rows);
}

const of = (modality: string) => builtinAliases.filter((alias) => alias.modality === modality);

const names = (list: readonly { id: string }[]) => list.map(({ id }) => code(id)).join(", ");

const chain = (ids: readonly string[]) => ids.map(code).join(" → ");

function options(): string {
  const rows = OPTIONS.map((option) => {
    const { variables, description } = option;
    const value = shownDefault(option);
    const plain = option.shown !== undefined || value === "none";
    return [
      variables.map(code).join(" or "),
      plain ? value : code(value),
      description,
      expectation(option),
    ];
  });
  return table(["variable", "default", "meaning", "may be"], rows);
}

const code = (text: string) => `\`${text}\``;

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(head), `|${"---|".repeat(head.length)}`, ...rows.map(line)].join("\n");
}

if (import.meta.main) {
  await Bun.write(README, await withTables(await Bun.file(README).text()));
}
