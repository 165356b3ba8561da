/** Where a request comes from, as far as its proxies may be believed. */
import { expect, test } from "bun:test";
import { beginTrace, carryTrace } from "../../src/http/trace.ts";
import { createTrust } from "../../src/http/trust.ts";

const TRUSTED = ["127.0.0.1", "10.0.0.0/8", "::1", "2001:db8::/32"];

const trust = (address: string | undefined) =>
  createTrust({ trusted: TRUSTED, addressOf: () => address });
const forwarded = (said?: string) =>
  new Request("http://x", said === undefined ? {} : { headers: { "x-forwarded-for": said } });

test.each([
  ["203.0.113.7", undefined, "203.0.113.7"],
  ["203.0.113.7", "198.51.100.1", "203.0.113.7"],
  ["127.0.0.1", undefined, "127.0.0.1"],
  ["127.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"],
  ["::1", "2001:db9::5", "2001:db9::5"],
  ["2001:db8::7", "198.51.100.1", "198.51.100.1"],
  ["127.0.0.1", "198.51.100.1, 10.1.2.3", "198.51.100.1"],
  ["127.0.0.1", "192.0.2.66, 198.51.100.1", "198.51.100.1"],
  ["127.0.0.1", "198.51.100.1:4711", "198.51.100.1"],
  ["127.0.0.1", "[2001:db9::5]:4711", "2001:db9::5"],
  ["127.0.0.1", "10.1.2.3, 10.1.2.4", "127.0.0.1"],
  ["127.0.0.1", "unknown", "127.0.0.1"],
  ["127.0.0.1", "198.51.100.1, _hidden", "127.0.0.1"],
  ["127.0.0.1", "", "127.0.0.1"],
  [undefined, "198.51.100.1", undefined],
])("from %s for %p it is %s", (peer, said, client) => {
  expect(trust(peer).clientOf(forwarded(said))).toBe(client as string);
});

test.each([
  ["127.0.0.1", true],
  ["10.255.0.1", true],
  ["11.0.0.1", false],
  ["2001:db8:1::1", true],
  ["2001:db9::1", false],
  [undefined, false],
  ["nonsense", false],
])("%s is believed: %p", (peer, wanted) => {
  expect(trust(peer).believed(forwarded())).toBe(wanted);
});

test("a request under a rewritten URL comes from where it arrived", () => {
  const [arrived, rewritten] = [forwarded(), forwarded()];
  beginTrace(arrived, "req_1");
  carryTrace(arrived, rewritten);
  const addressOf = (request: Request) => (request === arrived ? "203.0.113.7" : undefined);
  expect(createTrust({ trusted: [], addressOf }).clientOf(rewritten)).toBe("203.0.113.7");
});
