/** The README says what falgate does: its tables are made from the code, its links lead somewhere. */
import { expect, test } from "bun:test";
import { dirname, join } from "node:path";
import { README, withTables } from "../scripts/readme.ts";

const text = await Bun.file(README).text();

test("its tables are up to date; if not: bun scripts/readme.ts", async () => {
  expect(await withTables(text)).toBe(text);
});

const links = [...text.matchAll(/\]\((?!https?:)([^)]+)\)/g)].map(([, link]) => link!);

test("the files that it links to are there", async () => {
  const files = links.filter((link) => !link.startsWith("#"));
  expect(files).toContain("docs/falgate.png");
  for (const link of files) {
    const there = await Bun.file(join(dirname(README), link)).exists();
    expect({ link, there }).toEqual({ link, there: true });
  }
});

test("every heading is in the list at its top, and nothing else", () => {
  const headings = [...text.matchAll(/^## (.+)$/gm)].map(([, heading]) => heading!);
  const anchors = headings.map(
    (heading) =>
      `#${heading
        .toLowerCase()
        .replace(/[^\w -]/g, "")
        .replaceAll(" ", "-")}`,
  );
  expect(links.filter((link) => link.startsWith("#"))).toEqual(anchors.slice(0, -1));
});
