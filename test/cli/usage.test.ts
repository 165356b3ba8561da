/** What somebody reads who has typed a command wrongly, or asks how it is typed. */
import { expect, test } from "bun:test";
import { main } from "../../src/cli/main.ts";

async function run(...args: string[]) {
  const said = { out: "", err: "" };
  const status = await main({
    args,
    env: { DATA_DIR: "/tmp/falgate-usage-unused" },
    terminal: false,
    out: (text) => (said.out += text),
    err: (text) => (said.err += text),
    onSignal: () => {},
  });
  return { status, ...said };
}

test.each([
  ["--nonsense", "there is no option --nonsense. Try: falgate --help"],
  ["serve -p 3001", "there is no option -p. Try: falgate --help"],
  ["serve --port", "--port needs a value"],
  ["serve --port --sandbox", "--port needs a value"],
  ["serve --sandbox=false", "--sandbox takes no value"],
  ["serve extra --sandbox", 'falgate serve takes no "extra". Try: falgate serve --help'],
  ["openapi yaml", 'falgate openapi takes no "yaml". Try: falgate openapi --help'],
  ["nonsense", 'there is no command "nonsense". Try: falgate --help'],
  ["serv", 'there is no command "serv". Did you mean serve?'],
  ["modles", 'there is no command "modles". Did you mean models?'],
  ["--prot 3001", "there is no option --prot. Did you mean --port?"],
  ["--max-concurency=3", "there is no option --max-concurency. Did you mean --max-concurrency?"],
  ["keys create --bugdet 3", "there is no option --bugdet. Did you mean --budget?"],
  ["models --name anna", "--name belongs to falgate keys"],
])("falgate %s", async (line, message) => {
  const { status, out, err } = await run(...line.split(" "));
  expect([status, out, err]).toEqual([2, "", `falgate: ${message}\n`]);
});

test.each([
  ["sandbox --port x", '--port is "x", but must be a whole number from 0 to 65535'],
  ["models qqqqqqqq", 'no model matches "qqqqqqqq"'],
  ["keys create anna", /^use falgate keys create --name NAME/],
  ["keys create", /^use falgate keys create --name NAME/],
  ["keys list anna", /^use falgate keys create --name NAME/],
])("falgate %s, whose value is wrong", async (line, message) => {
  const { status, out, err } = await run(...line.split(" "));
  expect([status, out]).toEqual([1, ""]);
  const said = err.slice("falgate: ".length, -1);
  if (typeof message === "string") expect(said).toBe(message);
  else expect(said).toMatch(message);
});

test.each([
  ["keys", ["--budget 20usd/month", "--expires 90d", "falgate keys revoke NAME"], "--fal-key"],
  ["sandbox", ["--port", "4100", "falgate serve --sandbox"], "--fal-key"],
  ["models", ["falgate models [search]", "--config FILE"], "--fal-key"],
  ["openapi", ["falgate openapi"], "--fal-key"],
  ["health", ["--url", "--port"], "--fal-key"],
])("falgate %s --help tells of that command alone", async (name, words, others) => {
  const { status, out, err } = await run(name, "--help");
  expect([status, err]).toEqual([0, ""]);
  for (const word of words) expect(out).toContain(word);
  expect(out).not.toContain(others);
  expect(await run("help", name)).toEqual({ status, out, err });
});
