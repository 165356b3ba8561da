/** Keys: who is let in, and what the others hear. */
import { afterAll, describe, expect, test } from "bun:test";
import { post, quick } from "./support.ts";

const sandbox = quick({ locked: ["poor:one"], refused: ["bad:one"] });
const strict = quick({ keys: ["good:one", "also:locked"] });
afterAll(() => Promise.all([sandbox.stop(), strict.stop()]));

const nobody = "No user found for Key ID and Secret";
const malformed = "Invalid Key Authorization header format. Expected '<key_id>:<key_secret>'.";
const balance =
  "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";

const table = [
  [sandbox, "Key a:b", 200],
  [sandbox, "key a:b", 200],
  [sandbox, "", 401, 'Cannot access application "flux"'],
  [sandbox, "Bearer a:b", 401, "bearer: unable to decode issuer"],
  [sandbox, "Key ab", 401, malformed],
  [sandbox, "Key :b", 401, malformed],
  [sandbox, "Basic a:b", 401, malformed],
  [sandbox, "Key a:invalid", 401, "invalid key credentials"],
  [sandbox, "Key a:unknown", 401, nobody],
  [sandbox, "Key bad:one", 401, nobody],
  [sandbox, "Key a:locked", 403, balance],
  [sandbox, "Key poor:one", 403, balance],
  [sandbox, "Key a:admin-lock", 403, "User is locked. Reason: Admin lock."],
  [strict, "Key good:one", 200],
  [strict, "Key other:one", 401, nobody],
  [strict, "Key also:locked", 403, balance],
] as const;

describe.each([["queueUrl"], ["runUrl"]] as const)("%s", (host) => {
  for (const [box, authorization, status, detail] of table) {
    test(`${box === strict ? "strict, " : ""}"${authorization}" -> ${status}`, async () => {
      const answer = await post(`${box[host]}/fal-ai/flux/dev`, { prompt: "a" }, { authorization });
      expect(answer.status).toBe(status);
      if (detail) expect(answer.body).toEqual({ detail });
      expect(answer.headers.get("x-fal-request-id")).toBeString();
    });
  }
});

test("a locked key may still read", async () => {
  const url = `${sandbox.queueUrl}/fal-ai/flux/requests/${crypto.randomUUID()}/status`;
  const answer = await fetch(url, { headers: { authorization: "Key a:locked" } });
  expect(answer.status).toBe(404);
});
