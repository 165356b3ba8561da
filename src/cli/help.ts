/** `falgate --help`, made from the configuration's own schema. */
import { expectation, OPTIONS, shownDefault } from "../config.ts";

const COMMANDS: readonly [string, string][] = [
  ["serve [--sandbox]", "the gateway (also without any command); --sandbox needs no fal key"],
  ["sandbox", "the emulated fal alone, for testing other fal software against"],
  ["keys create|list|revoke", "client keys, with limits and budgets; falgate keys --help says how"],
  ["models [search]", "the models it can serve, and how each is called"],
  ["check", "reads the configuration, says what is wrong, probes the fal keys at no cost"],
  ["openapi", "prints the OpenAPI document"],
  ["health [--url U]", "exit status 0 when a gateway answers, for a container's health check"],
];

const plain = (text: string) => text.replaceAll("`", "");

export function help(): string {
  const commands = COMMANDS.map(([name, does]) => `  falgate ${name.padEnd(24)} ${does}`);
  const options = OPTIONS.map((option) => {
    const names = `  --${option.flag}, ${option.variables.join(" or ")}`;
    const about = `      ${plain(option.description)}`;
    const value = `      ${expectation(option)}; default: ${plain(shownDefault(option))}`;
    return [names, about, value].join("\n");
  });
  return [
    "falgate: fal.ai behind the APIs that people already have clients for",
    "",
    "Commands",
    ...commands,
    "",
    "Options: each is a flag, a variable and a key of falgate.toml; flags win over the environment,",
    "the environment over the file. --config FILE reads another file.",
    "",
    ...options,
    "",
    "  --version, --help",
    "",
  ].join("\n");
}
