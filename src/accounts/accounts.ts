/** Who may call a gateway and how much: its parts together, as the rest of it uses them. */
import type { KeyStore } from "../store/keys/keys.ts";
import type { Keyring } from "./keyring.ts";
import type { Limiter } from "./limiter.ts";
import type { Strangers } from "./strangers.ts";

export interface Accounts {
  readonly keyring: Keyring;
  readonly limiter: Limiter;
  readonly strangers: Strangers;
  readonly keyStore: KeyStore;
  /** Learns of changes until it is stopped. */
  start(): void;
  stop(): void;
  /** A key has changed: known here when it resolves, and everywhere at once. */
  changed(id: string): Promise<void>;
}
