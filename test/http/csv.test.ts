/** Tables as CSV, whatever is in them. */
import { expect, test } from "bun:test";
import { csv, wantsCsv } from "../../src/http/csv.ts";

test.each([
  [["plain"], "plain"],
  [[1.5], "1.5"],
  [[-1], "-1"],
  [[null, "x"], ",x"],
  [["a,b"], '"a,b"'],
  [['say "hi"'], '"say ""hi"""'],
  [["two\nlines"], '"two\nlines"'],
  [["=1+1"], "'=1+1"],
  [["@SUM(A1)"], "'@SUM(A1)"],
  [["-2+3"], "'-2+3"],
  [['=cmd|"x",1'], '"\'=cmd|""x"",1"'],
  [["über"], "über"],
] as const)("%j", (row, line) => {
  expect(csv(["name"], [row])).toBe(`name\r\n${line}\r\n`);
});

test.each([
  [undefined, null, false],
  [undefined, "application/json", false],
  [undefined, "text/csv", true],
  [undefined, "text/html, text/csv;q=0.9", true],
  ["json", "text/csv", false],
  ["csv", "application/json", true],
] as const)("format %p, Accept %p", (format, accept, wanted) => {
  expect(wantsCsv(format, accept)).toBe(wanted);
});
