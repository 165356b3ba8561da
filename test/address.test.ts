/** Which addresses are inside, in every spelling, and where a URL's host leads. */
import { describe, expect, test } from "bun:test";
import { isInside, isNamed, outside } from "../src/address.ts";

describe("an address", () => {
  test.each([
    ...["127.0.0.1", "127.255.0.9", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255"],
    ...["192.168.1.1", "169.254.169.254", "100.64.0.1", "192.0.0.8", "198.18.0.1", "224.0.0.1"],
    ...[
      "255.255.255.255",
      "::",
      "::1",
      "::7f00:1",
      "fc00::1",
      "fd12::1",
      "fe80::1",
      "fe80::1%eth0",
    ],
    ...["fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:7f00:1", "::FFFF:10.0.0.1"],
    ...["0:0:0:0:0:ffff:c0a8:0101", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1"],
    ...["100::1", "not an address", ""],
  ])("%p is inside", (address) => expect(isInside(address)).toBe(true));

  test.each([
    ...["1.1.1.1", "172.15.0.1", "172.32.0.1", "192.169.0.1", "100.128.0.1", "223.255.255.255"],
    ...["2606:4700::1111", "2001:4860:4860::8888", "::ffff:8.8.8.8", "::ffff:808:808"],
  ])("%p is outside", (address) => expect(isInside(address)).toBe(false));
});

const NAMED = [
  ["http://127.0.0.1:9/x", ["127.0.0.1:9"], true],
  ["http://127.0.0.1:9/x", ["127.0.0.1"], false],
  ["http://127.0.0.1/x", ["127.0.0.1"], true],
  ["https://HOOKS.example:443/x", ["hooks.example"], true],
  ["http://[::1]/x", ["::1"], true],
  ["http://hooks.example.evil/x", ["hooks.example"], false],
] as const;
test.each(NAMED)("%s among %p: %p", (url, hosts, named) =>
  expect(isNamed(new URL(url), hosts)).toBe(named),
);

const RESOLVED = [
  ["https://hooks.example/", ["192.0.2.1"], [], ["192.0.2.1"]],
  ["https://hooks.example/", ["192.0.2.1", "10.0.0.1"], [], "private address 10.0.0.1"],
  ["https://hooks.example/", ["192.0.2.1", "10.0.0.1"], ["10.0.0.1"], ["192.0.2.1", "10.0.0.1"]],
  ["https://hooks.example/", ["10.0.0.1", "10.0.0.2"], ["10.0.0.1"], "private address 10.0.0.2"],
  ["https://hooks.example/", [], [], "has no address"],
] as const;
test.each(RESOLVED)("%s at %p, except %p: %p", async (url, addresses, except, expected) => {
  const found = outside(new URL(url), { resolve: async () => addresses, except });
  if (typeof expected === "string") return expect(found).rejects.toThrow(expected);
  expect(await found).toEqual(expected);
});

test("however a numeric address is written", async () => {
  for (const host of ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]"]) {
    await expect(outside(new URL(`http://${host}/`))).rejects.toThrow("private address");
  }
});
