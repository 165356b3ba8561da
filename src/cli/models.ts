/** `falgate models`: the names that can be asked for, and what serves each. */
import { dictionaryOf } from "./gateway.ts";
import type { Invocation } from "./main.ts";
import { settings } from "./settings.ts";

export async function models(invocation: Invocation): Promise<number> {
  const { operands, out, err } = invocation;
  const search = operands.join(" ").toLowerCase();
  const dictionary = dictionaryOf(await settings(invocation));
  const rows = dictionary
    .list()
    .map(({ id, kind, upstream, endpoints }) => [id, kind, upstream ?? endpoints[0]?.id ?? ""])
    .filter((row) => row.some((cell) => cell.toLowerCase().includes(search)));
  if (rows.length === 0) {
    const nearest = dictionary.nearest(search).join(", ");
    err(`falgate: no model matches "${search}". Near it: ${nearest}\n`);
    return 1;
  }
  const header = ["MODEL", "KIND", "SERVED BY"];
  const widths = header.map((_, column) =>
    Math.max(...[header, ...rows].map((row) => row[column]!.length)),
  );
  for (const row of [header, ...rows]) {
    out(
      `${row
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd()}\n`,
    );
  }
  return 0;
}
