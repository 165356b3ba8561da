/** `falgate health`: it asks where the same configuration would have it listen. */
import { afterAll, expect, test } from "bun:test";
import { falgate } from "../support/command.ts";

/** Only Linux has the whole of 127.0.0.0/8. */
const OTHER = process.platform === "linux" ? "127.0.0.2" : "127.0.0.1";

const local = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("ok") });
const other = Bun.serve({ port: 0, hostname: OTHER, fetch: () => new Response("ok") });
const ill = Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch: () => new Response("", { status: 503 }),
});
afterAll(() => Promise.all([local, other, ill].map((server) => server.stop(true))));

const PORTS = { local: local.port, other: other.port, ill: ill.port };

test.each([
  ["every address", "0.0.0.0", "local", 0, ""],
  ["every address, as IPv6 says it", "::", "local", 0, ""],
  ["an address of its own", OTHER, "other", 0, ""],
  ["a name", "localhost", "local", 0, ""],
  ["an address where nobody listens", "127.0.0.2", "local", 1, "does not answer"],
  ["somebody who is not well", "127.0.0.1", "ill", 1, "answered 503"],
] as const)("%s", async (_, HOST, where, status, said) => {
  const ended = await falgate(["health"], { env: { HOST, PORT: String(PORTS[where]) } });
  expect(ended.status).toBe(status);
  expect(ended.err).toContain(said);
});
