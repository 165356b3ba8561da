/** `falgate COMMAND --help` of the commands that have a few flags of their own, or none. */

/** How keys are made, listed and revoked, on one line. */
export const KEYS_USAGE =
  "use falgate keys create --name NAME [--budget 20usd/month] [--rpm 60] [--concurrency 4] [--models 'flux-*,veo3*'] [--routes '/v1/images/*'] [--weight 2] [--expires 90d], falgate keys list, or falgate keys revoke NAME";

const CONFIGURED =
  "It reads the configuration that falgate serve reads (falgate --help), and --config FILE.";

const HELP: Readonly<Record<string, string>> = {
  keys: `falgate keys: client keys, with limits and budgets; good at once, also while a gateway runs

  falgate keys create --name NAME [limits]   the key is printed this once
  falgate keys list
  falgate keys revoke NAME

Limits of a key; without one there is none
  --budget 20usd/month      dollars a day, week, month or year of UTC; without a period, in all
  --rpm 60                  requests in any minute
  --concurrency 4           requests at once
  --models 'flux-*,veo3*'   names or ids, in which * stands for anything
  --routes '/v1/images/*'   paths
  --expires 90d             m, h, d, w or y, or a date such as 2027-01-31
  --weight 2                its share where calls wait for each other; 1 without it

  --json                    prints JSON

${CONFIGURED}
`,
  check: `falgate check: reads the configuration, says what is wrong, probes the fal keys at no cost

  --show-callback-secret   prints the secret that callbacks are signed with, and nothing else: whoever
                           receives them verifies with it that they come from here

Exit status 0 when everything would work. ${CONFIGURED}
`,
  sandbox: `falgate sandbox: the emulated fal alone, for testing other fal software against

  --port, PORT   port to listen on; 0 takes a free one; default: 4100
  --host, HOST   address to listen on; default: 127.0.0.1

Its first page says how to ask it for errors and delays. falgate serve --sandbox puts a gateway before one.
`,
  models: `falgate models [search]: the models that can be asked for, what each does, costs and is served by

Without a search it lists the names that clients know; a search goes through every endpoint of fal's.
${CONFIGURED}
`,
  openapi: `falgate openapi: prints the OpenAPI document that /swagger shows; needs no configuration
`,
  health: `falgate health: exit status 0 when a gateway answers

  --url URL      where it is, such as http://127.0.0.1:3001
  --port, PORT   without --url, its port on this machine; default: 3001
`,
};

/** Nothing for a command that all the options are for. */
export const commandHelp = (command: string): string | undefined =>
  Object.hasOwn(HELP, command) ? HELP[command] : undefined;
