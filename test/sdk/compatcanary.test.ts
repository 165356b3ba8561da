/** A third party's judge of OpenAI's API against the release executable, on both of its profiles. */
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";
import { createSandbox } from "../../src/sandbox/sandbox.ts";

const CLI = new URL("../../node_modules/compatcanary/src/cli.js", import.meta.url).pathname;
const quick = { port: 0, queueTime: 0, runTime: 0, chunkTime: 0 };

describe.each([
  ["fal's own responses", false],
  ["responses on chat", true],
])("with %s", (_, noResponses) => {
  let gateway: Running;
  beforeAll(async () => {
    gateway = await asBinary({ fal: createSandbox({ ...quick, noResponses }) });
  });
  afterAll(() => gateway.stop());

  test.each([
    ["modern", 7],
    ["chat", 5],
  ])("every probe of the profile %s passes", async (profile, count) => {
    const args = ["scan", "--base-url", `${gateway.url}/v1`, "--model", "openai/gpt-4o-mini"];
    const child = Bun.spawn(
      [process.execPath, CLI, ...args, "--profile", profile, "--format", "json"],
      {
        env: { PATH: process.env.PATH, OPENAI_API_KEY: CLIENT_KEY },
        stdout: "pipe",
        stderr: "pipe",
      },
    );
    const report = await new Response(child.stdout).text();
    expect(await child.exited).toBe(0);
    const { results } = JSON.parse(report) as { results: { name?: string; status: string }[] };
    expect(results.filter(({ status }) => status !== "pass")).toEqual([]);
    expect(results.length).toBe(count);
  });
});
