/** Everything a gateway is made of, put together from its configuration. */
import { createKeyring } from "../accounts/keys.ts";
import { type Config, ConfigError } from "../config.ts";
import { createFalKeys } from "../fal/keys.ts";
import { createLanguage } from "../fal/language.ts";
import { createMediaSource } from "../fal/media.ts";
import { createProbe, type Verdict } from "../fal/probe.ts";
import { createPass } from "../fal/pass.ts";
import { createQueue } from "../fal/queue.ts";
import { createStreams } from "../fal/stream.ts";
import { createStorage } from "../fal/storage.ts";
import { createTransport } from "../fal/transport.ts";
import { createGenerations } from "../generation/generations.ts";
import { createOrigin } from "../http/origin.ts";
import type { Log } from "../log.ts";
import { builtinCatalog } from "../models/catalog.ts";
import { createDictionary, type Dictionary } from "../models/resolve.ts";
import { createFollows } from "../relay/follow.ts";
import { createRelay, keeper } from "../relay/relay.ts";
import { createMemoryRequests, type Requests } from "../relay/requests.ts";
import { createRest } from "../relay/rest.ts";
import { createTickets } from "../relay/ticket.ts";
import type { Deps } from "../routes/deps.ts";
import { VERSION } from "../version.ts";

export interface Gateway extends Deps {
  /** Generations under way, whether or not anyone waits. */
  running(): number;
}

/** What comes from outside: the store, and the server that the gateway stands in. */
export interface Shared {
  requests?: Requests;
  /** The address that a request came from. */
  addressOf?(request: Request): string | undefined;
}

/** `anonymous`: a caller without a key is let in. */
export function createGateway(
  config: Config,
  log: Log,
  anonymous: boolean,
  { requests = createMemoryRequests(), addressOf = () => undefined }: Shared = {},
): Gateway {
  const keys = createFalKeys(config.falKey);
  const transport = createTransport({ keys, log });
  const queue = createQueue({ transport, url: config.falQueueUrl });
  const probe = createProbe({ url: config.falQueueUrl });
  const pass = createPass({ keys, log });
  const tickets = createTickets(config.falKey.join());
  const follows = createFollows({ queue, keep: keeper(pass, requests) });
  const streams = createStreams({ transport, url: config.falRunUrl });
  const generations = createGenerations({
    streams,
    queue,
    policy: config.cancelOnDisconnect,
    log,
  });
  return {
    config,
    log,
    keyring: createKeyring(config.apiKey, { anonymous }),
    dictionary: dictionaryOf(config),
    generations,
    relay: createRelay({
      pass,
      keys,
      follows,
      requests,
      queueUrl: config.falQueueUrl,
      runUrl: config.falRunUrl,
    }),
    rest: createRest({ pass, tickets, url: config.falRestUrl }),
    storage: createStorage({ transport, url: config.falRestUrl }),
    originOf: createOrigin({
      publicUrl: config.publicUrl,
      trusted: config.trustedProxies,
      addressOf,
    }),
    language: createLanguage({ transport, url: config.falRunUrl }),
    media: createMediaSource({ hosts: config.falMediaHosts }),
    probe: () => anyOf(keys.all.map(probe)),
    version: VERSION,
    running: generations.running,
  };
}

/** The aliases, with those of `[models]` in falgate.toml. */
export function dictionaryOf({ models }: Config): Dictionary {
  try {
    return createDictionary({ catalog: builtinCatalog(), overrides: models as never });
  } catch (error) {
    throw new ConfigError(`falgate.toml: ${(error as Error).message}`);
  }
}

/** One good key is enough; a refusal says more than silence. */
async function anyOf(verdicts: readonly Promise<Verdict>[]): Promise<Verdict> {
  const known = await Promise.all(verdicts);
  return known.find((v) => v === "ok") ?? known.find((v) => v === "refused") ?? "unreachable";
}
