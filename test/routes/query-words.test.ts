/** A word in a query that a route does not know changes nothing: clients and caches add their own. */
import { afterAll, beforeAll, expect, test } from "bun:test";
import { CLIENT_KEY, type Gateway, inProcess } from "../support/gateway.ts";

let gateway: Gateway;
beforeAll(async () => {
  gateway = await inProcess();
});
afterAll(() => gateway.stop());

test.each([
  ["/v1/models?", 200],
  ["/v1/models/flux-dev?", 200],
  ["/v1/videos?", 200],
  ["/v1/videos/video_0/content?variant=video&", 404],
  ["/v1/tasks?", 200],
  ["/v1/video/query?id=veo3:1-a&", 404],
  ["/v1/dashboard/billing/usage?", 200],
])("GET %s_=1", async (path, status) => {
  const headers = { authorization: `Bearer ${CLIENT_KEY}` };
  expect((await gateway.fetch(`${path}_=1`, { headers })).status).toBe(status);
});
