/** Whom a gateway serves, by its address and the keys that there are. */
import { expect, test } from "bun:test";
import { exposure } from "../../src/cli/exposure.ts";
import { loadConfig } from "../../src/config.ts";

const at = (env: Record<string, string>, stored: boolean) =>
  exposure(loadConfig({ env }), { flags: {}, env }, stored);

test.each([
  ["a key of API_KEY", { API_KEY: "sk-a" }, false, "0.0.0.0", false],
  ["a stored key", {}, true, "0.0.0.0", false],
  [
    "a stored key, and leave for anonymous callers",
    { ALLOW_ANONYMOUS: "true" },
    true,
    "0.0.0.0",
    false,
  ],
  ["no key", {}, false, "127.0.0.1", true],
  ["no key, but leave for anonymous callers", { ALLOW_ANONYMOUS: "true" }, false, "0.0.0.0", true],
  ["no key on an address of this machine", { HOST: "::1" }, false, "::1", true],
  ["a stored key on a public address", { HOST: "10.0.0.1" }, true, "10.0.0.1", false],
] as const)("%s", (_, env, stored, hostname, anonymous) => {
  expect(at(env, stored)).toEqual({ hostname, anonymous });
});

test("a public address and no key at all is refused", () => {
  expect(() => at({ HOST: "10.0.0.1" }, false)).toThrow(
    'HOST is "10.0.0.1", but there is no client key: anyone could spend the fal balance. Set API_KEY, make one with falgate keys create, or set ALLOW_ANONYMOUS=true',
  );
});
