/** Signatures: falgate's own, which anybody can verify, and fal's, verified with fal's keys. */
import { describe, expect, test } from "bun:test";
import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { createKeySet } from "../../src/native/key-set.ts";
import { createSigner, readSignature, type Signed } from "../../src/native/signature.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

describe("falgate's own", () => {
  test("the published key verifies it, as fal's documentation says", () => {
    const signer = createSigner(["a:secret"], () => 1_700_000_000_500);
    const headers = signer.sign("an-id", '{"a":1}');
    expect(headers["x-fal-webhook-timestamp"]).toBe("1700000000");
    const text = ["an-id", headers["x-fal-webhook-user-id"], "1700000000", sha256('{"a":1}')];
    const [jwk] = signer.keySet.keys;
    expect(jwk).toEqual({
      ...{ kty: "OKP", crv: "Ed25519", use: "sig", alg: "EdDSA" },
      kid: expect.stringMatching(/^[0-9a-f]{16}$/) as unknown as string,
      x: expect.stringMatching(/^[\w-]{43}$/) as unknown as string,
    });
    const key = createPublicKey({ key: { ...jwk! }, format: "jwk" });
    const signature = Buffer.from(headers["x-fal-webhook-signature"]!, "hex");
    expect(verify(null, Buffer.from(text.join("\n")), key, signature)).toBe(true);
  });

  test("the same secrets make the same keys, and a key can be replaced", () => {
    const before = createSigner(["a:secret"]).keySet.keys;
    expect(createSigner(["a:secret"]).keySet.keys).toEqual(before);
    const both = createSigner(["b:secret", "a:secret"]).keySet.keys;
    expect(both).toHaveLength(2);
    expect(both[1]).toEqual(before[0]!);
    expect(JSON.stringify(both)).not.toContain("secret");
  });
});

describe("a call's headers", () => {
  const whole = {
    "x-fal-webhook-request-id": "id",
    "x-fal-webhook-user-id": "user",
    "x-fal-webhook-timestamp": "1700000000",
    "x-fal-webhook-signature": "ab".repeat(64),
  };
  test("are read", () => {
    expect(readSignature(new Headers(whole))).toEqual({
      ...{ requestId: "id", userId: "user", timestamp: "1700000000" },
      signature: "ab".repeat(64),
    });
  });
  test.each([
    ["request-id", ""],
    ["timestamp", "soon"],
    ["timestamp", "-1"],
    ["timestamp", "1e9"],
    ["signature", "ab"],
    ["signature", "zz".repeat(64)],
  ])("are none with %s %p", (name, value) => {
    const headers = new Headers({ ...whole, [`x-fal-webhook-${name}`]: value });
    expect(readSignature(headers)).toBeUndefined();
  });
});

describe("fal's keys", () => {
  const pair = () => generateKeyPairSync("ed25519");
  const digest = sha256("body");

  function signedWith({ privateKey }: ReturnType<typeof pair>): Signed {
    const [requestId, userId, timestamp] = ["id", "user", "1700000000"];
    const text = Buffer.from([requestId, userId, timestamp, digest].join("\n"));
    return {
      requestId,
      userId,
      timestamp,
      signature: sign(null, text, privateKey).toString("hex"),
    };
  }

  /** A key set whose answers and clock are in hand. */
  function served(...answers: (ReturnType<typeof pair>[] | number)[]) {
    const asked: string[] = [];
    const clock = { now: 0 };
    const fetch = (async (url: string) => {
      asked.push(url);
      const answer = answers.length > 1 ? answers.shift()! : answers[0]!;
      if (typeof answer === "number") return new Response("no", { status: answer });
      const odd = [{ kty: "RSA", n: "x" }, null, { crv: "Ed25519", x: "short" }];
      return Response.json({
        keys: [...odd, ...answer.map(({ publicKey }) => publicKey.export({ format: "jwk" }))],
      });
    }) as unknown as typeof globalThis.fetch;
    return { asked, clock, keys: createKeySet({ url: "https://r/", fetch, now: () => clock.now }) };
  }

  test("are fetched once, also for many at once, and again after a day", async () => {
    const one = pair();
    const { asked, clock, keys } = served([one]);
    const verdicts = await Promise.all([1, 2, 3].map(() => keys.verify(signedWith(one), digest)));
    expect(verdicts).toEqual([true, true, true]);
    expect(asked).toEqual(["https://r/.well-known/jwks.json"]);
    clock.now = 24 * 60 * 60_000 - 1;
    await keys.verify(signedWith(one), digest);
    expect(asked).toHaveLength(1);
    clock.now += 1;
    await keys.verify(signedWith(one), digest);
    expect(asked).toHaveLength(2);
  });

  test("a new one is fetched when it is met, but not for every forgery", async () => {
    const [old, fresh, stranger] = [pair(), pair(), pair()];
    const { asked, clock, keys } = served([old], [old, fresh]);
    expect(await keys.verify(signedWith(old), digest)).toBe(true);
    clock.now = 3_600_000;
    expect(await keys.verify(signedWith(fresh), digest)).toBe(true);
    expect(asked).toHaveLength(2);
    for (let forgeries = 0; forgeries < 5; forgeries += 1) {
      expect(await keys.verify(signedWith(stranger), digest)).toBe(false);
    }
    expect(asked).toHaveLength(2);
  });

  test("another body, request or time is not what was signed", async () => {
    const one = pair();
    const { keys } = served([one]);
    const signed = signedWith(one);
    expect(await keys.verify(signed, sha256("other"))).toBe(false);
    expect(await keys.verify({ ...signed, requestId: "other" }, digest)).toBe(false);
    expect(await keys.verify({ ...signed, timestamp: "1700000001" }, digest)).toBe(false);
    expect(await keys.verify({ ...signed, userId: "other" }, digest)).toBe(false);
  });

  test("a failure is not remembered", async () => {
    const one = pair();
    const { keys } = served(503, [one]);
    await expect(keys.verify(signedWith(one), digest)).rejects.toThrow("503");
    expect(await keys.verify(signedWith(one), digest)).toBe(true);
  });
});
