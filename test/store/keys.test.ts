/** Client keys in the database, on both engines, with several programs writing at once. */
import { afterAll, describe, expect, test } from "bun:test";
import { createKeyStore, type KeyStore } from "../../src/store/keys/keys.ts";
import type { NewKey } from "../../src/store/keys/key.ts";
import { engines, tidy } from "./support.ts";

afterAll(tidy);

const key = (name: string, more: Partial<NewKey> = {}): NewKey => ({
  id: `key_${name}`,
  name,
  hash: `hash of ${name}`,
  prefix: "sk-12345",
  createdAt: 1_000,
  expiresAt: null,
  limits: { rpm: 60, models: ["flux-*"] },
  ...more,
});

describe.each([...engines])("$name", ({ name: engine, fresh }) => {
  async function opened(): Promise<{ store: KeyStore; close(): Promise<void> }> {
    const database = await (await fresh()).open();
    return { store: createKeyStore(database), close: () => database.close() };
  }

  test("gives back what was put in", async () => {
    const { store, close } = await opened();
    expect(await store.any()).toBe(false);
    expect(await store.list()).toEqual([]);
    expect(await store.insert(key("anna", { expiresAt: 1_795_243_913_000 }))).toBe(true);
    expect(await store.any()).toBe(true);
    expect(await store.list()).toEqual([
      {
        ...key("anna", { expiresAt: 1_795_243_913_000 }),
        ...{ expiredAt: null, revokedAt: null, revision: 1 },
      },
    ]);
    await close();
  });

  test("has one living key of a name, and as many dead ones as there were", async () => {
    const { store, close } = await opened();
    expect(await store.insert(key("anna"))).toBe(true);
    const second = key("anna", { id: "key_2", hash: "another", createdAt: 2_000 });
    expect(await store.insert(second)).toBe(false);
    expect((await store.revoke("key_anna", 1_500))?.revokedAt).toBe(1_500);
    expect(await store.insert(second)).toBe(true);
    const all = await store.list();
    expect(all.map(({ id, revokedAt }) => [id, revokedAt])).toEqual([
      ["key_anna", 1_500],
      ["key_2", null],
    ]);
    await close();
  });

  test("revokes once and for all", async () => {
    const { store, close } = await opened();
    await store.insert(key("anna"));
    await store.revoke("key_anna", 2_000);
    expect((await store.revoke("key_anna", 3_000))?.revokedAt).toBe(2_000);
    expect(await store.revoke("nobody", 3_000)).toBeUndefined();
    expect(await store.revoke("a\0b", 3_000)).toBeUndefined();
    await close();
  });

  test("tells what has changed, and nothing twice", async () => {
    const { store, close } = await opened();
    for (const name of ["anna", "bob", "carl"]) await store.insert(key(name));
    const first = await store.changedSince(0);
    expect(first.map(({ name }) => name)).toEqual(["anna", "bob", "carl"]);
    const seen = first.at(-1)!.revision;
    expect(await store.changedSince(seen)).toEqual([]);
    await store.expire(["key_bob", "key_anna"], 9_000);
    await store.expire(["key_bob"], 9_999);
    await store.revoke("key_anna", 9_500);
    const then = await store.changedSince(seen);
    expect(then.map(({ name, expiredAt, revokedAt }) => [name, expiredAt, revokedAt])).toEqual([
      ["bob", 9_000, null],
      ["anna", 9_000, 9_500],
    ]);
    await close();
  });

  test("hides no change from who looks while several programs write", async () => {
    const place = await fresh();
    // SQLite's writers wait for each other without letting anything else in this process run.
    const programs = engine === "SQLite" ? 1 : 3;
    const databases = await Promise.all(Array.from({ length: programs }, () => place.open()));
    const stores = databases.map(createKeyStore);
    const names = Array.from({ length: 45 }, (_, index) => `key ${index}`);
    let seen = 0;
    const heard: string[] = [];
    async function look() {
      for (const { name, revision } of await stores[0]!.changedSince(seen)) {
        heard.push(name);
        seen = revision;
      }
    }
    const writing = Promise.all(
      names.map((name, index) => stores[index % stores.length]!.insert(key(name))),
    );
    let over = false;
    void writing.then(() => (over = true));
    while (!over) {
      await look();
      await Bun.sleep(1);
    }
    await look();
    expect(heard.sort()).toEqual(names.sort());
    for (const database of databases) await database.close();
  });
});
