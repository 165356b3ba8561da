/** Tables as CSV (RFC 4180), for spreadsheets. */

export type Cell = string | number | null;

/** One line a row under a line of names; each row has a cell for each name. */
export function csv(names: readonly string[], rows: readonly (readonly Cell[])[]): string {
  return [names, ...rows].map((row) => row.map(written).join(",") + "\r\n").join("");
}

/** A cell that begins like a formula would be run by the spreadsheet that opens it (OWASP, "CSV Injection"). */
const FORMULA = /^[=+\-@\t\r]/;

function written(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return String(cell);
  const plain = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}

/** Whether a client would rather have CSV: by `format=csv`, else by its `Accept`. */
export function wantsCsv(format: string | undefined, accept: string | null): boolean {
  return format === undefined ? /\btext\/csv\b/i.test(accept ?? "") : format === "csv";
}
