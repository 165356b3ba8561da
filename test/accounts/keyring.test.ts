/** Who is let in: every form in which clients present a key. */
import { describe, expect, test } from "bun:test";
import { createKeyring } from "../../src/accounts/keyring.ts";
import { digest } from "../../src/accounts/presented.ts";
import { admit, admitted, ANONYMOUS } from "../../src/accounts/principal.ts";
import type { KeyRecord } from "../../src/store/keys/key.ts";
import { until } from "../support/clients.ts";
import { CLIENT_KEY } from "../support/gateway.ts";
import { invalid, type Scenario, scenarios } from "../support/scenario.ts";

const knocking = (
  name: string,
  headers: Record<string, string | null>,
  status: number,
): Scenario => ({
  name,
  send: { path: "/v1/models/flux-dev", headers: { authorization: null, ...headers } },
  expect:
    status === 200
      ? { status }
      : {
          status,
          body: invalid("Invalid API key", null, "invalid_api_key"),
          headers: { "www-authenticate": "Bearer", "x-request-id": /^req_/ },
        },
  absent: ["sk-wrong", "sk-second"],
});

scenarios(
  "keys",
  [
    knocking("Bearer", { authorization: `Bearer ${CLIENT_KEY}` }, 200),
    knocking(
      "bearer, small and with more blanks",
      { authorization: `bearer   ${CLIENT_KEY} ` },
      200,
    ),
    knocking("Key", { authorization: `Key ${CLIENT_KEY}` }, 200),
    knocking("x-api-key", { "x-api-key": CLIENT_KEY }, 200),
    knocking("api-key", { "api-key": CLIENT_KEY }, 200),
    knocking("the second of two keys", { authorization: "Bearer sk-second" }, 200),
    knocking(
      "a foreign bearer beside the right key",
      { authorization: "Bearer x", "x-api-key": CLIENT_KEY },
      200,
    ),
    knocking("no key", {}, 401),
    knocking("an empty key", { authorization: "Bearer " }, 401),
    knocking("a wrong key", { authorization: "Bearer sk-wrong" }, 401),
    knocking("a wrong key in x-api-key", { "x-api-key": "sk-wrong" }, 401),
    knocking("the key without a scheme", { authorization: CLIENT_KEY }, 401),
    knocking("Basic", { authorization: `Basic ${btoa(`user:${CLIENT_KEY}`)}` }, 401),
    knocking("Token", { authorization: `Token ${CLIENT_KEY}` }, 401),
    knocking(
      "the beginning of the key",
      { authorization: `Bearer ${CLIENT_KEY.slice(0, -1)}` },
      401,
    ),
    knocking("the key and more", { authorization: `Bearer ${CLIENT_KEY}x` }, 401),
    knocking("both keys in one", { authorization: `Bearer ${CLIENT_KEY},sk-second` }, 401),
    {
      name: "a key in the query",
      send: {
        path: `/v1/models?api_key=${CLIENT_KEY}&key=${CLIENT_KEY}`,
        headers: { authorization: null },
      },
      expect: { status: 401 },
    },
    {
      name: "no key, on a path that does not exist",
      send: { path: "/nothing", headers: { authorization: null } },
      expect: { status: 401 },
    },
    {
      name: "no key, with a body that is wrong as well: the key comes first",
      send: { path: "/v1/images/generations", body: "{", headers: { authorization: null } },
      expect: { status: 401 },
    },
    ...["/healthz", "/readyz", "/swagger", "/swagger/json"].map((path): Scenario => ({
      name: `${path} needs none`,
      send: { path, headers: { authorization: null } },
      expect: { status: 200 },
      fal:
        path === "/readyz"
          ? [{ method: "GET", path: "/queue/fal-ai/flux/requests/ID/status" }]
          : [],
      absent: [],
    })),
    {
      name: "the root leads to the documentation",
      send: { path: "/", headers: { authorization: null } },
      expect: { status: 302, headers: { location: "/swagger" } },
    },
  ],
  { env: { API_KEY: `${CLIENT_KEY}, sk-second` } },
);

const request = (headers: Record<string, string> = {}) => new Request("http://x", { headers });

describe("the keyring", () => {
  test("names callers without showing their keys, and the same key always alike", () => {
    const [one, again, other] = [["a", "b"], ["a"], ["b", "a"]].map((keys) =>
      createKeyring({ apiKeys: keys }).identify(request({ "x-api-key": "a" })),
    );
    expect(one!.name).toBe("key-1");
    expect(other!.name).toBe("key-2");
    expect(one!.id).toBe(again!.id);
    expect(one!.id).toBe(other!.id);
    expect(one!.id).toMatch(/^key-[0-9a-f]{12}$/);
  });

  test("without keys and without leave for anonymous callers, nobody passes", () => {
    expect(() => createKeyring({}).identify(request())).toThrow("Invalid API key");
  });

  test("lets anonymous callers in, as long as there is no key", () => {
    const open = createKeyring({ anonymous: true });
    expect(open.identify(request())).toBe(ANONYMOUS);
    expect(open.identify(request({ "x-api-key": "b" }))).toBe(ANONYMOUS);
    const shut = createKeyring({ apiKeys: ["a"], anonymous: true });
    expect(() => shut.identify(request())).toThrow("Invalid API key");
  });

  test("remembers who was admitted, request by request", () => {
    const [known, unknown] = [request(), request()];
    admit(known, { id: "key-1", name: "one" });
    expect(admitted(known).id).toBe("key-1");
    expect(admitted(unknown)).toBe(ANONYMOUS);
  });
});

/** A store in memory, as keyrings read it. */
function memoryStore() {
  const records = new Map<string, KeyRecord>();
  let revision = 0;
  const put = (record: KeyRecord) => {
    revision += 1;
    records.set(record.id, { ...record, revision });
  };
  return {
    expired: [] as string[],
    make(secret: string, more: Partial<KeyRecord> = {}) {
      const id = `key_${secret}`;
      const plain = { id, name: secret, hash: digest(secret), prefix: "sk-", createdAt: 0 };
      const open = { expiresAt: null, expiredAt: null, revokedAt: null, limits: {}, revision: 0 };
      put({ ...plain, ...open, ...more });
    },
    change(secret: string, more: Partial<KeyRecord>) {
      put({ ...records.get(`key_${secret}`)!, ...more });
    },
    changedSince: async (seen: number) =>
      [...records.values()]
        .filter((record) => record.revision > seen)
        .sort((a, b) => a.revision - b.revision),
    async expire(ids: readonly string[], now: number) {
      this.expired.push(...ids);
      for (const id of ids) put({ ...records.get(id)!, expiredAt: now });
    },
  };
}

const as = (key: string) => request({ authorization: `Bearer ${key}` });
const refusal = (message: string, code: string) =>
  expect.objectContaining({ status: 401, message, code }) as never;
const REVOKED = refusal("This API key was revoked.", "api_key_revoked");
const EXPIRED = refusal("This API key has expired.", "api_key_expired");
const INVALID = refusal("Invalid API key", "invalid_api_key");

describe("stored keys", () => {
  test("are good once they are read, with their limits, and dead once they are revoked", async () => {
    const store = memoryStore();
    const keyring = createKeyring({ store });
    store.make("anna", { limits: { rpm: 60 } });
    expect(() => keyring.identify(as("anna"))).toThrow(INVALID);
    await keyring.refresh();
    const anna = { id: "key_anna", name: "anna", limits: { rpm: 60 } };
    expect(keyring.identify(as("anna"))).toEqual(anna);
    expect(keyring.byId("key_anna")).toEqual(anna);
    store.change("anna", { revokedAt: 1 });
    await keyring.refresh();
    expect(() => keyring.identify(as("anna"))).toThrow(REVOKED);
    expect(keyring.byId("key_anna")).toBeUndefined();
  });

  test("that are dead are told from unknown ones only to who shows them", async () => {
    const store = memoryStore();
    store.make("revoked", { revokedAt: 1 });
    store.make("expired", { expiredAt: 1 });
    const keyring = createKeyring({ store });
    await keyring.refresh();
    expect(() => keyring.identify(as("revoked"))).toThrow(REVOKED);
    expect(() => keyring.identify(as("expired"))).toThrow(EXPIRED);
    expect(() => keyring.identify(as("revoke"))).toThrow(INVALID);
    expect(() => keyring.identify(as(digest("revoked")))).toThrow(INVALID);
    const both = request({ authorization: "Bearer revoked", "x-api-key": "nobody" });
    expect(() => keyring.identify(both)).toThrow(REVOKED);
  });

  test("take nothing from those of API_KEY", async () => {
    const store = memoryStore();
    store.make("owner", { limits: { rpm: 1 } });
    const keyring = createKeyring({ apiKeys: ["owner"], store });
    await keyring.refresh();
    expect(keyring.identify(as("owner"))).toMatchObject({ name: "key-1" });
    store.change("owner", { revokedAt: 1 });
    await keyring.refresh();
    expect(keyring.identify(as("owner"))).toMatchObject({ name: "key-1" });
  });

  test("shut out who shows none, revoked ones too", async () => {
    const store = memoryStore();
    const keyring = createKeyring({ store, anonymous: true });
    expect(keyring.identify(request())).toBe(ANONYMOUS);
    store.make("anna", { revokedAt: 1 });
    await keyring.refresh();
    expect(() => keyring.identify(request())).toThrow(INVALID);
  });

  test("expire at their time, stay expired when the clock is set back, and so it is written", async () => {
    const store = memoryStore();
    let now = 1_000;
    const keyring = createKeyring({ store, clock: () => now });
    store.make("anna", { expiresAt: 2_000 });
    store.make("bob", { expiresAt: 5_000 });
    await keyring.refresh();
    expect(keyring.identify(as("anna")).name).toBe("anna");
    now = 2_000;
    expect(() => keyring.identify(as("anna"))).toThrow(EXPIRED);
    now = 0;
    expect(() => keyring.identify(as("anna"))).toThrow(EXPIRED);
    await keyring.refresh();
    expect(store.expired).toEqual(["key_anna"]);
    const later = createKeyring({ store, clock: () => now });
    await later.refresh();
    expect(() => later.identify(as("anna"))).toThrow(EXPIRED);
    expect(later.identify(as("bob")).name).toBe("bob");
  });

  test("stay good while the store is out of reach, and are read when it is back", async () => {
    const store = memoryStore();
    const said: string[] = [];
    const log = {
      warn: (text: string) => void said.push(text),
      info: (text: string) => void said.push(text),
    };
    let down = false;
    const changedSince: typeof store.changedSince = async (seen) => {
      if (down) throw new Error("connection lost");
      return store.changedSince(seen);
    };
    const keyring = createKeyring({ store: { ...store, changedSince }, log });
    store.make("anna");
    await keyring.refresh();
    keyring.watch();
    down = true;
    await until(() => said.length === 1);
    expect(keyring.identify(as("anna")).name).toBe("anna");
    store.change("anna", { revokedAt: 1 });
    down = false;
    await until(() => said.length === 2);
    expect(() => keyring.identify(as("anna"))).toThrow(REVOKED);
    keyring.stop();
    expect(said).toEqual([
      "client keys cannot be read, those that are known stay good",
      "client keys can be read again",
    ]);
  });
});
