/** What the routes work with; made once in the shell, replaced piece by piece in tests. */
import type { Accounts } from "../accounts/accounts.ts";
import type { Config } from "../config.ts";
import type { Language } from "../fal/language.ts";
import type { MediaSource } from "../fal/media.ts";
import type { Verdict } from "../fal/probe.ts";
import type { Purchases } from "../fal/purchase.ts";
import type { Storage } from "../fal/storage.ts";
import type { RealtimeTokens } from "../native/realtime-tokens.ts";
import type { Realtime } from "../native/realtime.ts";
import type { Rest } from "../native/rest.ts";
import type { Signer } from "../native/signature.ts";
import type { Receiver } from "../native/webhook-receive.ts";
import type { NativeApi } from "../native/native.ts";
import type { Attachments } from "../generation/attachments.ts";
import type { Generations } from "../generation/generations.ts";
import type { Tasks } from "../generation/task.ts";
import type { Log } from "../log.ts";
import type { Dictionary } from "../models/resolve.ts";
import type { MediaStore } from "../store/media/media.ts";
import type { UsageStore } from "../store/usage/usage.ts";

export interface Deps {
  config: Config;
  log: Log;
  accounts: Accounts;
  dictionary: Dictionary;
  /** Where every call that fal bills is paid. */
  purchases: Purchases;
  /** What calls have cost. */
  usage: UsageStore;
  generations: Generations;
  tasks: Tasks;
  language: Language;
  media: MediaSource;
  /** Where falgate keeps what was made, if it does. */
  mediaStore?: MediaStore | undefined;
  /** fal's own API, relayed. */
  native: NativeApi;
  /** fal's uploads and tokens, relayed. */
  rest: Rest;
  realtime: Realtime;
  realtimeTokens: RealtimeTokens;
  /** fal's webhooks, as they come in. */
  receiver: Receiver;
  /** Signs falgate's own webhooks. */
  signer: Signer;
  storage: Storage;
  /** Files that come along with a request, on their way to a model. */
  attachments: Attachments;
  /** Base of the links in an answer to this request. */
  originOf(request: Request): string;
  /** The address of a request's client, past the proxies that are trusted. */
  clientOf(request: Request): string | undefined;
  /** Whether fal can be reached with any of the configured keys. */
  probe(): Promise<Verdict>;
  /** Whether the database answers. */
  storeReady(): Promise<boolean>;
  version: string;
}
