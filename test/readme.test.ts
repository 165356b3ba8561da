/** The README says what falgate does: its tables are made from the code, its links lead somewhere. */
import { expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { README, withTables } from "../scripts/readme.ts";

const text = await Bun.file(README).text();

test("its tables are up to date; if not: bun scripts/readme.ts", async () => {
  expect(await withTables(text)).toBe(text);
});

test("the files that it links to are there", async () => {
  const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => link!);
  expect(links).toContain("docs/falgate.png");
  for (const link of links) {
    const there = await Bun.file(join(dirname(README), link)).exists();
    expect({ link, there }).toEqual({ link, there: true });
  }
});
