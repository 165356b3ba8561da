/** Columns of text for a terminal. */

/** A column that nobody has anything for is left out. */
export function table(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns = header
    .map((_, column) => column)
    .filter((column) => rows.some((row) => row[column] !== ""));
  const lines = [header, ...rows].map((row) => columns.map((column) => row[column]!));
  const widths = columns.map((_, column) => Math.max(...lines.map((row) => row[column]!.length)));
  return lines
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join("  "))
    .map((text) => `${text.trimEnd()}\n`)
    .join("");
}
