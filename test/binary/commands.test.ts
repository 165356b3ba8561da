/** The commands besides `serve`, as the executable runs them. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { OPTIONS } from "../../src/config.ts";
import { version } from "../../package.json" with { type: "json" };
import type { Sandbox } from "../../src/sandbox/sandbox.ts";
import { falgate } from "../support/command.ts";
import { fastFal } from "../support/fal.ts";
import { executable } from "../support/executable.ts";
import { asBinary, environment } from "../support/gateway.ts";

let fal: Sandbox;
beforeAll(() => {
  fal = fastFal();
});
afterAll(() => fal.stop());

test.each([[["--version"]], [["-v"]], [["serve", "--version"]]])("%j", async (args) => {
  expect(await falgate(args)).toEqual({ status: 0, out: `falgate ${version}\n`, err: "" });
});

test.each([[["--help"]], [["-h"]], [["help"]], [["serve", "--help"]]])("%j", async (args) => {
  const { status, out } = await falgate(args);
  expect(status).toBe(0);
  for (const { flag, variables } of OPTIONS) {
    expect(out).toContain(`--${flag}, ${variables.join(" or ")}`);
  }
  for (const command of ["serve", "sandbox", "models", "check", "openapi", "health"]) {
    expect(out).toContain(`falgate ${command}`);
  }
});

describe("check", () => {
  test("a good key", async () => {
    const { status, out } = await falgate(["check"], { env: environment(fal) });
    expect(out).toContain("fal key 1 (fal-…): works");
    expect(status).toBe(0);
    expect(fal.requests.every(({ method }) => method === "GET")).toBe(true);
  });

  test("one good and one refused", async () => {
    const env = { ...environment(fal), FAL_KEY: "good:one,evil:invalid" };
    const { status, out } = await falgate(["check"], { env });
    expect(out).toContain("fal key 1 (good…): works");
    expect(out).toContain("fal key 2 (evil…): is refused");
    expect(out).not.toContain("invalid");
    expect(status).toBe(1);
  });

  const SECRET = /whsec_\S+/;

  test("the secret of callbacks is printed only where it is asked for, and then alone", async () => {
    const env = environment(fal);
    const told = await falgate(["check"], { env });
    expect(told.out).not.toMatch(SECRET);
    expect(told.out).toContain("CALLBACK_SECRET: not set");
    expect(told.out).toContain("falgate check --show-callback-secret");
    const { status, out } = await falgate(["check", "--show-callback-secret"], { env });
    expect(out).toMatch(/^whsec_[A-Za-z0-9+/]{43}=\n$/);
    expect(status).toBe(0);
    const own = { ...env, CALLBACK_SECRET: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" };
    expect((await falgate(["check", "--show-callback-secret"], { env: own })).out).toBe(
      `${own.CALLBACK_SECRET}\n`,
    );
    expect((await falgate(["check"], { env: own })).out).not.toMatch(SECRET);
  });

  test("which there is none of without a fal key", async () => {
    expect(await falgate(["check", "--show-callback-secret"])).toEqual({
      status: 1,
      out: "",
      err: "falgate: there is no secret of callbacks: set CALLBACK_SECRET, or FAL_KEY, from which one is derived\n",
    });
    expect(await falgate(["models", "--show-callback-secret"])).toEqual({
      status: 2,
      out: "",
      err: "falgate: --show-callback-secret belongs to falgate check\n",
    });
  });

  test("nothing is fine where the file names a model that is none", async () => {
    const folder = mkdtempSync(join(tmpdir(), "falgate-check-"));
    await Bun.write(join(folder, "falgate.toml"), '[models]\nfast = "fal-ai/fluxx/schnell"\n');
    const { status, out, err } = await falgate(["check"], { env: environment(fal), cwd: folder });
    rmSync(folder, { recursive: true });
    expect([status, out]).toEqual([1, ""]);
    expect(err).toStartWith('falgate: falgate.toml: models."fast": there is no model');
  });

  test("no key at all", async () => {
    const { status, out } = await falgate(["check"]);
    expect(out).toContain("FAL_KEY: not set");
    expect(out).toContain("API_KEY: not set");
    expect(status).toBe(1);
  });
});

describe("models", () => {
  test("all of them", async () => {
    const { status, out } = await falgate(["models"]);
    expect(status).toBe(0);
    expect(out).toMatch(/^imagen4-preview +text-to-image +fal-ai\/imagen4\/preview$/m);
  });

  test("those that match", async () => {
    const { out } = await falgate(["models", "recraft"]);
    const [head, alias, ...endpoints] = out.trim().split("\n");
    expect(head).toMatch(/^MODEL +DOES +SERVED BY$/);
    expect(alias).toMatch(/^recraft-v3 +text-to-image +fal-ai\/recraft\/v3\/text-to-image$/);
    expect(endpoints.length).toBeGreaterThan(3);
    for (const line of endpoints) expect(line).toContain("recraft");
  });

  test("none", async () => {
    const { status, err } = await falgate(["models", "flux-devv"]);
    expect(status).toBe(1);
    expect(err).toContain("flux-dev");
  });
});

describe("health", () => {
  test("of a gateway that lives, and of none", async () => {
    const gateway = await asBinary();
    const { port } = new URL(gateway.url);
    expect(await falgate(["health", "--url", gateway.url])).toEqual({
      status: 0,
      out: "",
      err: "",
    });
    expect((await falgate(["health"], { env: { PORT: port } })).status).toBe(0);
    await gateway.stop();
    const { status, err } = await falgate(["health"], { env: { PORT: port } });
    expect(status).toBe(1);
    expect(err).toContain("does not answer");
  });

  test("of something that is no address", async () => {
    const { status, err } = await falgate(["health", "--url", "nowhere"]);
    expect([status, err]).toEqual([
      1,
      'falgate: --url is "nowhere", but must be a URL such as http://127.0.0.1:3001\n',
    ]);
  });
});

test("openapi prints a document that parses, without any configuration", async () => {
  const { status, out } = await falgate(["openapi"]);
  expect(status).toBe(0);
  const { openapi, paths } = JSON.parse(out) as { openapi: string; paths: object };
  expect(openapi).toStartWith("3.1");
  expect(Object.keys(paths)).toContain("/v1/images/generations");
});

describe("an output", () => {
  const openapi = async (redirection: string) => {
    const command = `"${await executable()}" openapi ${redirection}`;
    const child = Bun.spawn(["bash", "-c", command], { stderr: "pipe", stdout: "pipe" });
    const [out, err] = await Promise.all([child.stdout.text(), child.stderr.text()]);
    return { out, err, status: await child.exited };
  };

  test("that is full is told, and is a failure", async () => {
    const { err, status } = await openapi(">/dev/full");
    expect(err).toBe(
      "falgate: cannot write to standard output: ENOSPC: no space left on device, write\n",
    );
    expect(status).toBe(1);
  });

  test("whose reader has read enough is none", async () => {
    const { out, status } = await openapi('| head -c 10; exit "${PIPESTATUS[0]}"');
    expect([out, status]).toEqual(['{\n  "opena', 0]);
  });

  test("that is read slowly comes whole", async () => {
    const { out } = await openapi("| (sleep 0.3; cat)");
    expect(() => JSON.parse(out)).not.toThrow();
  });
});
