/** The models that a gateway knows: built in, learnt, and the owner's own names. */
import { type Config, ConfigError } from "../config.ts";
import { builtinCatalog, type Catalog } from "../models/catalog.ts";
import { createLiveCatalog, type LiveCatalog } from "../models/live.ts";
import { createDictionary, type Dictionary } from "../models/resolve.ts";
import { remembered } from "./freshness.ts";

/** What is built in, with what an earlier run has learnt. */
export function learning(folder: string | undefined): LiveCatalog {
  const catalog = createLiveCatalog();
  const known = remembered(folder);
  if (known) catalog.adopt(known);
  return catalog;
}

/** The aliases, with those of `[models]` in falgate.toml. */
export function dictionaryOf({ models }: Config, catalog: Catalog = builtinCatalog()): Dictionary {
  try {
    return createDictionary({ catalog, overrides: models as never });
  } catch (error) {
    throw new ConfigError(`falgate.toml: ${(error as Error).message}`);
  }
}
