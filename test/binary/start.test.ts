/** Starting: one line for whoever must act, and where options come from. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { until } from "../support/clients.ts";
import { falgate } from "../support/command.ts";
import { FAL_KEY } from "../support/fal.ts";
import { asBinary, type Running } from "../support/gateway.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp("/tmp/falgate-start-");
});
afterAll(() => rm(folder, { recursive: true }));

const good = { FAL_KEY, API_KEY: "sk-client", PORT: "0" };

describe("a start that cannot be", () => {
  test.each([
    [
      "no fal key",
      [],
      { API_KEY: "sk-client" },
      "FAL_KEY is not set. Take a key from fal.ai/dashboard/keys and set FAL_KEY=key_id:key_secret, or try without one: falgate serve --sandbox",
    ],
    [
      "a fal key of the wrong form",
      [],
      { ...good, FAL_KEY: "opensesame" },
      "FAL_KEY must be of the form key_id:key_secret, as fal.ai/dashboard/keys shows it",
    ],
    [
      "a public address and no client key",
      [],
      { FAL_KEY, HOST: "0.0.0.0" },
      'HOST is "0.0.0.0", but there is no client key: anyone could spend the fal balance. Set API_KEY, make one with falgate keys create, or set ALLOW_ANONYMOUS=true',
    ],
    [
      "a public address by flag and no client key",
      ["--host", "10.0.0.1"],
      { FAL_KEY },
      'HOST is "10.0.0.1", but there is no client key: anyone could spend the fal balance. Set API_KEY, make one with falgate keys create, or set ALLOW_ANONYMOUS=true',
    ],
    [
      "an address that is not this machine's",
      ["--host", "192.0.2.1"],
      good,
      /^cannot listen on 192\.0\.2\.1:0: .+$/,
    ],
    [
      "a wrong port",
      ["--port", "http"],
      good,
      '--port is "http", but must be a whole number from 0 to 65535',
    ],
    [
      "a file that is not there",
      ["--config", "/nowhere.toml"],
      good,
      '--config is "/nowhere.toml", but there is no such file',
    ],
  ] as const)("%s", async (_, flags, env, line) => {
    const { status, out, err } = await falgate(["serve", ...flags], { env, cwd: folder });
    expect(out).toBe("");
    expect(err.split("\n").length).toBe(2);
    const said = err.trim().replace(/^falgate: /, "");
    if (typeof line === "string") expect(said).toBe(line);
    else expect(said).toMatch(line as RegExp);
    expect(err).not.toMatch(/sesame|fal-secret/);
    expect(status).toBe(1);
  });

  test.each([
    [["--fal-kye=opensesame"], /there is no option --fal-kye/],
    [["--port"], /--port/],
    [["serv"], /^falgate: there is no command "serv"\. Did you mean serve\?\n$/],
  ] as const)("%j is a usage error", async (args, line) => {
    const { status, err } = await falgate(args, { env: good });
    expect(status).toBe(2);
    expect(err).toMatch(line);
    expect(err).not.toContain("opensesame");
  });

  test("a port that is taken", async () => {
    const gateway = await asBinary();
    const { port } = new URL(gateway.url);
    const { status, err } = await falgate(["serve", "--port", port], { env: good });
    expect([status, err]).toEqual([
      1,
      `falgate: PORT ${port} is taken. Stop what listens there, or choose another: falgate serve --port ${Number(port) + 1}\n`,
    ]);
    expect((await gateway.fetch("/healthz")).status).toBe(200);
    await gateway.stop();
  });

  test.each([
    [
      "a public address that no key guards",
      'host = "10.0.0.1"\napi_key = []',
      'HOST is "10.0.0.1", but there is no client key',
    ],
    ["an unknown option", "prot = 1", 'falgate.toml: there is no option "prot"'],
    ["broken TOML", "port = [", "falgate.toml is not valid TOML"],
    ["a model that is not there", '[models]\nfast = "fal-ai/nothing-at-all"', "falgate.toml: "],
    ["a wrong value", "log_level = 5", "log_level in falgate.toml is 5, but must be one of error"],
  ])("falgate.toml with %s", async (_, text, line) => {
    const cwd = await mkdtemp(`${folder}/toml-`);
    await Bun.write(`${cwd}/falgate.toml`, text);
    const { status, err } = await falgate(["serve"], { env: { FAL_KEY }, cwd });
    expect(status).toBe(1);
    expect(err).toStartWith(`falgate: ${line}`);
    expect(err.trim()).not.toContain("\n");
  });
});

describe("where options come from", () => {
  /** The level and the address that a gateway ends up with, told by what it does. */
  async function started(
    files: Record<string, string>,
    args: string[],
    env: Record<string, string>,
  ) {
    const cwd = await mkdtemp(`${folder}/from-`);
    for (const [name, text] of Object.entries(files)) await Bun.write(`${cwd}/${name}`, text);
    const { out, status } = await falgate(["check", ...args], { env, cwd });
    return { out, status };
  }

  test("a .env beside it", async () => {
    const { out } = await started(
      { ".env": "FAL_KEY=abcd:opensesame\nFAL_QUEUE_URL=http://127.0.0.1:1\n" },
      [],
      {},
    );
    expect(out).toContain("fal key 1 (abcd…): could not be tried");
    expect(out).not.toContain("opensesame");
  });

  test("the environment wins over .env, and .env over falgate.toml", async () => {
    const files = {
      ".env": "FAL_KEY=from-env-file:x\nFAL_QUEUE_URL=http://127.0.0.1:1\n",
      "falgate.toml": 'fal_key = "toml:x"\napi_key = "sk"',
    };
    expect((await started(files, [], {})).out).toContain("fal key 1 (from…)");
    expect((await started(files, [], { FAL_KEY: "environment:x" })).out).toContain("(envi…)");
    const flag = await started(files, ["--fal-key", "by-flag:x"], { FAL_KEY: "environment:x" });
    expect(flag.out).toContain("(by-f…)");
    expect(flag.out).not.toContain("API_KEY");
  });
});

describe("who is served", () => {
  let gateway: Running | undefined;
  afterAll(() => gateway?.stop());

  test("without a client key, this machine only, and it says so", async () => {
    gateway = await asBinary({ env: { API_KEY: "" } });
    const said = "There is no client key: only this machine is served, and it needs no key";
    await until(() => gateway!.log().some(({ message }) => message === said));
    expect((await gateway.fetch("/v1/models")).status).toBe(200);
    await gateway.stop();
  });

  test("anybody, where the owner says so", async () => {
    gateway = await asBinary({ env: { API_KEY: "", ALLOW_ANONYMOUS: "true" } });
    expect(gateway.log().map(({ level }) => level)).toEqual(["info"]);
    expect((await gateway.fetch("/v1/models")).status).toBe(200);
  });
});
