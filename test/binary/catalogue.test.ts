/** The living catalogue in the executable: learnt from fal, kept for the next start, missed by nobody. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { falgate } from "../support/command.ts";
import { FAL_KEY, fastFal, generated, sent } from "../support/fal.ts";
import { asBinary, CLIENT_KEY, environment, type Running } from "../support/gateway.ts";
import { until } from "../support/clients.ts";

const folder = mkdtempSync(join(tmpdir(), "falgate-catalogue-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const headers = { authorization: `Bearer ${CLIENT_KEY}` };
const ENV = { CATALOG_REFRESH: "24", DATA_DIR: folder, LIST_MODELS: "all" };

type Row = { id: string; name: string; pricing?: { unit_price: string }; deprecated?: true };

const listed = async (gateway: Running) => {
  const response = await gateway.fetch("/v1/models", { headers });
  return ((await response.json()) as { data: Row[] }).data;
};

const draw = (gateway: Running, model: string) =>
  gateway.fetch("/v1/images/generations", {
    method: "POST",
    headers,
    body: JSON.stringify({ model, prompt: "a cat", seed: 7 }),
  });

const FILE = join(folder, "catalog.json");

describe("with fal's platform", () => {
  const fal = fastFal();
  let gateway: Running;
  beforeAll(async () => {
    fal.update({
      apps: {
        "acme/paint": {
          output: "images",
          input: {
            prompt: { type: "string", required: true },
            seed: { type: "integer" },
            num_images: { type: "integer" },
          },
        },
      },
      retired: ["fal-ai/imagen4/preview"],
    });
    gateway = await asBinary({ fal, env: ENV });
    await until(() => existsSync(FILE));
    fal.reset();
  });
  afterAll(() => gateway.stop());

  test("lists what is new, with its price, and marks what is retired", async () => {
    const rows = await listed(gateway);
    const row = (id: string) => rows.find((each) => each.id === id);
    expect(row("acme/paint")).toMatchObject({
      name: "Paint",
      modality: "text-to-image",
      supported_parameters: ["prompt", "n", "seed"],
      pricing: { image: "0.04", unit: "images", unit_price: "0.04", currency: "USD" },
    } as object);
    expect(row("fal-ai/imagen4/preview")).toMatchObject({ deprecated: true });
    expect(row("fal-ai/flux/dev")!.deprecated).toBeUndefined();
    expect(row("flux-dev")!.pricing!.unit_price).toBe("0.025");
  });

  test("draws with what is new, by its own schema", async () => {
    fal.reset();
    expect((await draw(gateway, "acme/paint")).status).toBe(200);
    const input = { prompt: "a cat", seed: 7, num_images: 1 };
    expect(sent(fal)).toStrictEqual(generated("acme/paint", input));
  });

  test("does not even ask what is retired", async () => {
    fal.reset();
    expect((await draw(gateway, "imagen4-preview")).status).toBe(200);
    const paths = sent(fal).filter(({ method }) => method === "POST");
    expect(paths.map(({ path }) => path)).toEqual(["/queue/fal-ai/nano-banana-2"]);
  });

  test("shows its schema", async () => {
    const response = await gateway.fetch("/v1/models/acme%2Fpaint", { headers });
    const { endpoints } = (await response.json()) as { endpoints: object[] };
    expect(endpoints).toMatchObject([
      {
        id: "acme/paint",
        parameters: { n: ["num_images"] },
        input_schema: { required: ["prompt"] },
      },
    ]);
  });

  test("`falgate models` knows it too", async () => {
    const { out } = await falgate(["models", "acme"], {
      env: { ...environment(fal), DATA_DIR: folder },
    });
    expect(out).toMatch(
      /^MODEL +DOES +PRICE +SERVED BY\nacme\/paint +text-to-image +\$0\.04\/image/,
    );
  });
});

describe("without it", () => {
  const DOWN = { FAL_PLATFORM_URL: "http://127.0.0.1:9" };

  test("what an earlier run learnt serves", async () => {
    const gateway = await asBinary({ env: { ...ENV, ...DOWN } });
    const rows = await listed(gateway);
    expect(rows.find(({ id }) => id === "acme/paint")).toBeDefined();
    await until(() => gateway.log().some(({ message }) => /list of models/.test(message)));
    expect(JSON.stringify(gateway.log())).not.toContain(FAL_KEY);
    expect((await draw(gateway, "flux-dev")).status).toBe(200);
    await gateway.stop();
  });

  test("else what is built in", async () => {
    const gateway = await asBinary({ env: { ...DOWN, CATALOG_REFRESH: "24" } });
    expect((await listed(gateway)).length).toBeGreaterThan(60);
    expect((await draw(gateway, "flux-dev")).status).toBe(200);
    await gateway.stop();
  });

  test("a platform that never answers keeps nobody waiting", async () => {
    const silent = Bun.serve({
      port: 0,
      idleTimeout: 0,
      fetch: () => new Promise<Response>(() => {}),
    });
    const gateway = await asBinary({
      env: { CATALOG_REFRESH: "24", FAL_PLATFORM_URL: `http://127.0.0.1:${silent.port}` },
    });
    expect((await listed(gateway)).length).toBeGreaterThan(60);
    await gateway.stop();
    await silent.stop(true);
  });
});

test("an emulated fal leaves nothing behind", async () => {
  const cwd = mkdtempSync(join(tmpdir(), "falgate-nothing-"));
  const child = Bun.spawn(
    [
      await (await import("../support/executable.ts")).executable(),
      "serve",
      "--sandbox",
      "--port",
      "0",
      "--log-format",
      "json",
      "--log-level",
      "debug",
    ],
    {
      cwd,
      env: { PATH: process.env.PATH },
      stdout: "pipe",
      stderr: "ignore",
    },
  );
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of child.stdout) {
    text += decoder.decode(chunk, { stream: true });
    if (text.includes("the catalogue is fresh")) break;
  }
  child.kill();
  await child.exited;
  expect(existsSync(join(cwd, "data"))).toBe(false);
  rmSync(cwd, { recursive: true });
});
