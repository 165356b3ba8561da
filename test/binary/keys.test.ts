/** `falgate keys` beside running gateways: one database, on either engine, and nobody restarts. */
import { afterAll, describe, expect, test } from "bun:test";
import { until } from "../support/clients.ts";
import { falgate } from "../support/command.ts";
import { asBinary, type Running } from "../support/gateway.ts";
import { ADMIN_KEY, administrate, bearer, makeKey } from "../support/keys.ts";
import { engines, tidy } from "../store/support.ts";

afterAll(tidy);

interface Shown {
  id: string;
  key: string;
  name: string;
}

describe.each([...engines])("keys in $name", ({ name: engine, fresh }) => {
  async function place() {
    const { options } = await fresh();
    const env: Record<string, string> = options.url
      ? { DATABASE_URL: options.url, DATA_DIR: "/tmp/falgate-keys-unused" }
      : { DATA_DIR: options.dir };
    const keys = (...args: string[]) => falgate(["keys", ...args], { env });
    const made = async (...args: string[]) => {
      const { status, out, err } = await keys("create", ...args, "--json");
      if (status !== 0) throw new Error(err);
      return JSON.parse(out) as Shown;
    };
    const serving = (more: Record<string, string> = {}) =>
      asBinary({ env: { ...env, API_KEY: "", ADMIN_KEY, ...more } });
    return { keys, made, serving };
  }

  const models = async (gateway: Running, key: string) =>
    (await gateway.fetch("/v1/models", { headers: bearer(key) })).status;

  test("are made, shown once, listed and revoked", async () => {
    const { keys } = await place();
    expect(await keys("list")).toEqual({
      ...{ status: 0, err: "" },
      out: "There are no keys. Make one: falgate keys create --name NAME\n",
    });
    const limits = ["--budget", "20usd/month", "--rpm", "60", "--concurrency", "4"];
    const more = ["--models", "flux-*,veo3*", "--expires", "90d", "--weight", "2"];
    const made = await keys("create", "--name", "anna", ...limits, ...more);
    expect(made.status).toBe(0);
    const key = /^ {2}(sk-[0-9a-z]{50})$/m.exec(made.out)![1]!;
    for (const line of ["budget +20usd/month", "rpm +60", "models +flux-\\*,veo3\\*"]) {
      expect(made.out).toMatch(new RegExp(`^  ${line}$`, "m"));
    }
    const listed = await keys("list");
    const row = `^anna +key_[0-9a-z]{16} +${key.slice(0, 10)}… +active .+ 20usd/month +60 +4 +2 +flux-\\*,veo3\\*$`;
    expect(listed.out).toMatch(new RegExp(row, "m"));
    expect(listed.out).not.toContain(key);
    expect((await keys("revoke", "anna")).out).toBe(
      `The key of anna (${key.slice(0, 10)}…) is revoked.\n`,
    );
    expect((await keys("list")).out).toContain(" revoked ");
  });

  test("are refused in one line that says why", async () => {
    const { keys } = await place();
    await keys("create", "--name", "anna");
    const table: [string[], string | RegExp][] = [
      [["create"], /^use falgate keys create --name NAME/],
      [
        ["create", "--name", "anna"],
        "There is a key named 'anna'. Revoke it first, or choose another name.",
      ],
      [
        ["create", "--name", "b", "--budget", "-5usd"],
        `'budget' is "-5usd", which must not be negative.`,
      ],
      [["create", "--name", "b", "--budget", "5eur/month"], /has the unknown unit 'eur'/],
      [["create", "--name", "b", "--expires", "9q"], /has the unknown unit 'q'/],
      [["create", "--name", "b", "--rpm", "many"], /^'rpm' must be a whole number/],
      [
        ["create", "--name", "b", "--models", "flx-dev*"],
        /^'models' has "flx-dev\*", which matches nothing/,
      ],
      [
        ["create", "--name", "b", "--routes", "/v9/*"],
        /^'routes' has "\/v9\/\*", which matches nothing/,
      ],
      [["revoke", "nobody"], "There is no key 'nobody'."],
      [["revoke"], /^use falgate keys create/],
      [["burn"], /^use falgate keys create/],
    ];
    for (const [args, line] of table) {
      const { status, out, err } = await keys(...args);
      expect({ args, status, out }).toEqual({ args, status: 1, out: "" });
      const said = err.trim().replace(/^falgate: /, "");
      expect(said.split("\n")).toHaveLength(1);
      if (typeof line === "string") expect(said).toBe(line);
      else expect(said).toMatch(line);
    }
    expect((await keys("list", "--json")).out.match(/"name"/g)).toHaveLength(1);
  });

  test("that another process makes or revokes are good or dead here at once", async () => {
    const { keys, made, serving } = await place();
    const anna = await made("--name", "anna");
    const gateway = await serving();
    const store = gateway.log().find(({ message }) => message === "falgate is listening")!.store;
    expect(store).toMatch(
      engine === "SQLite" ? /^SQLite in \// : /^PostgreSQL at 127\.0\.0\.1:\d+\//,
    );
    // There is no API_KEY: the stored key is what shuts everybody else out.
    expect((await gateway.fetch("/v1/models")).status).toBe(401);
    expect(await models(gateway, anna.key)).toBe(200);
    const bob = await made("--name", "bob");
    expect(await models(gateway, bob.key)).toBe(200);
    await keys("revoke", anna.id);
    await until(async () => (await models(gateway, anna.key)) === 401);
    const dead = await gateway.fetch("/v1/models", { headers: bearer(anna.key) });
    expect(await dead.text()).toContain("This API key was revoked.");
    expect(await models(gateway, bob.key)).toBe(200);
    await gateway.stop();
  });

  test("outlive the process, and expire while it runs", async () => {
    const { made, serving } = await place();
    const first = await serving();
    const anna = await makeKey(first, { name: "anna" });
    await first.stop();
    const brief = await made("--name", "brief", "--expires", "0.05m");
    const second = await serving();
    expect(await models(second, anna)).toBe(200);
    await until(async () => (await models(second, brief.key)) === 401);
    const dead = await second.fetch("/v1/models", { headers: bearer(brief.key) });
    expect(await dead.text()).toContain("This API key has expired.");
    await second.stop();
  });
});

test("a key revoked on one instance is dead on the other", async () => {
  const engine = engines.find(({ name }) => name === "PostgreSQL") ?? engines[0]!;
  const { options } = await engine.fresh();
  const env: Record<string, string> = options.url
    ? { DATABASE_URL: options.url, DATA_DIR: "/tmp/falgate-keys-unused", ADMIN_KEY }
    : { DATA_DIR: options.dir, ADMIN_KEY };
  const [one, other] = await Promise.all([asBinary({ env }), asBinary({ env })]);
  const key = await makeKey(one, { name: "anna" });
  const on = async (gateway: Running) =>
    (await gateway.fetch("/v1/models", { headers: bearer(key) })).status;
  expect(await on(one)).toBe(200);
  expect(await on(other)).toBe(200);
  await administrate(other, "DELETE", "/anna");
  expect(await on(other)).toBe(401);
  await until(async () => (await on(one)) === 401);
  await Promise.all([one.stop(), other.stop()]);
});

test("a wrong address of PostgreSQL is one line without its password", async () => {
  const env = { DATABASE_URL: "postgres://anna:opensesame@127.0.0.1:1/falgate" };
  const { status, out, err } = await falgate(["keys", "list"], { env });
  expect([status, out]).toEqual([1, ""]);
  expect(err).toContain("PostgreSQL at 127.0.0.1:1/falgate: nothing answers there");
  expect(err).not.toContain("opensesame");
});

test("an admin key that is a client key too is refused at the start", async () => {
  const same = "sk-one-for-everything";
  const env = { FAL_KEY: "a:b", API_KEY: same, ADMIN_KEY: same };
  const { status, err } = await falgate(["serve", "--port", "0"], { env });
  expect(status).toBe(1);
  expect(err).toContain("ADMIN_KEY is one of API_KEY too");
  expect(err).not.toContain(same);
});

test("flags of keys belong to no other command", async () => {
  expect(await falgate(["serve", "--rpm", "60"])).toEqual({
    ...{ status: 2, out: "" },
    err: "falgate: --rpm belongs to falgate keys\n",
  });
});
