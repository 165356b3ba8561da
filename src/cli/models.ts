/** `falgate models`: the names that can be asked for, what each does, costs and is served by. */
import { modelRow, type ModelRow } from "../models/listing.ts";
import type { Model } from "../models/model.ts";
import type { Dictionary } from "../models/resolve.ts";
import { dictionaryOf, learning } from "./dictionary.ts";
import type { Invocation } from "./shell.ts";
import { DATA_DIR } from "./media.ts";
import { settings } from "./settings.ts";
import { table } from "./table.ts";

const HEADER = ["MODEL", "DOES", "PRICE", "SERVED BY"] as const;

/** Without a search the aliases alone; a search goes through every endpoint. */
export async function models(invocation: Invocation): Promise<number> {
  const { operands, out, err } = invocation;
  const search = operands.join(" ").toLowerCase();
  const config = await settings(invocation);
  const dictionary = dictionaryOf(config, learning(config.dataDir ?? DATA_DIR));
  const rows = dictionary
    .list(search === "" ? "aliases" : "all")
    .map((model) => line(dictionary, model))
    .filter((row) => row.some((cell) => cell.toLowerCase().includes(search)));
  if (rows.length === 0) {
    const nearest = dictionary.nearest(search).join(", ");
    const hint = nearest === "" ? "" : `. Near it: ${nearest}`;
    err(`falgate: no model matches "${search}"${hint}\n`);
    return 1;
  }
  out(table(HEADER, rows));
  return 0;
}

function line(dictionary: Dictionary, model: Model): string[] {
  const row = modelRow(dictionary, model);
  const [best] = [...model.endpoints, ...Object.values(model.with).flat()];
  const served = model.upstream ?? best?.id ?? "";
  return [model.id, row.deprecated ? `${row.modality}, retired` : row.modality, price(row), served];
}

function price({ pricing }: ModelRow): string {
  if (!pricing) return "";
  const sign = pricing.currency === "USD" ? "$" : `${pricing.currency} `;
  return `${sign}${pricing.unit_price}/${pricing.unit.replace(/s$/, "")}`;
}
