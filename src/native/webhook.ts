/** The webhook that a client names: judged when it is named, and called at the address that was judged. */
import { isNamed, outside, pinned, type Resolve } from "../address.ts";
import { neverConnected } from "../fal/retry.ts";

export interface Webhooks {
  /** Why a webhook may not be called; nothing for one that may. */
  judge(webhook: string): Promise<string | undefined>;
  /** Calls it once. The answer's status, or 0 for none; rejects where it leads inside. */
  call(webhook: string, body: string, headers: Record<string, string>): Promise<number>;
}

export interface WebhooksOptions {
  /** Hosts that may be called though they are inside. */
  hosts: readonly string[];
  /** Aborted when the process ends. */
  signal?: AbortSignal;
  resolve?: Resolve;
  fetch?: typeof fetch;
  timeoutMs?: number;
}

/** fal's own (docs.fal.ai, "Webhooks", delivery). */
const TIMEOUT_MS = 15_000;

export function createWebhooks(options: WebhooksOptions): Webhooks {
  const { hosts, resolve, signal, fetch = globalThis.fetch, timeoutMs = TIMEOUT_MS } = options;

  /** The addresses to call; none where the owner has named the host, whose name is then used. */
  const addressesOf = async (url: URL) =>
    isNamed(url, hosts) ? [] : outside(url, { ...(resolve && { resolve }), except: hosts });

  return {
    async judge(webhook) {
      const url = URL.canParse(webhook) ? new URL(webhook) : undefined;
      if (!url || !/^https?:$/.test(url.protocol)) return "must be an http or https URL";
      if (url.username + url.password !== "") return "must not hold credentials";
      if (webhook.length > LONGEST) return `must not be longer than ${LONGEST} characters`;
      // Where a name leads inside is nobody else's business.
      return addressesOf(url).then(
        () => undefined,
        () => "must lead to a public address that can be found from here",
      );
    },

    async call(webhook, body, headers) {
      const url = new URL(webhook);
      const timeout = AbortSignal.timeout(timeoutMs);
      const init = {
        method: "POST",
        headers: { "content-type": "application/json", "user-agent": "falgate", ...headers },
        body,
        redirect: "manual",
        // A connection that was made for one name must not serve another at the same address.
        keepalive: false,
        signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      } as const;
      const addresses = await addressesOf(url);
      const targets = addresses.length > 0 ? addresses.map((one) => pinned(url, one)) : [{ url }];
      for (const [index, { url: target, ...more }] of targets.entries()) {
        try {
          const response = await fetch(target.href, {
            ...init,
            ...more,
            headers: { ...init.headers, host: url.host },
          });
          await response.body?.cancel();
          return response.status;
        } catch (error) {
          const another = index < targets.length - 1 && neverConnected(error);
          if (!another || signal?.aborted) return 0;
        }
      }
      return 0;
    },
  };
}

const LONGEST = 4096;
