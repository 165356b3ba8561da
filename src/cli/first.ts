/** Imported before everything else: a process that replaces itself has no use for the rest of it. */
import { raiseFetchLimit } from "./runtime.ts";

raiseFetchLimit(process);
