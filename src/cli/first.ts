/** Imported before everything else: a process that replaces itself has no use for the rest of it. */
import { settleRuntime } from "./runtime.ts";

settleRuntime(process);
