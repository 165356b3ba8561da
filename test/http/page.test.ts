/** The page of `/swagger` in a real browser whose network is cut. */
import { expect, test } from "bun:test";
import { type Browser, CHROMIUM, startBrowser } from "../support/browser.ts";
import { asBinary, CLIENT_KEY, type Gateway, overSocket } from "../support/gateway.ts";

if (!CHROMIUM) console.log("skipped: /swagger in a browser, because there is no Chromium here");

const button = (words: RegExp) =>
  `[...document.querySelectorAll("button")].find((b) => ${words}.test(b.innerText.replace(/\\s+/g, " ")))`;

/** The key box: the one in the open dialogue comes last. */
const BOX = `[...document.querySelectorAll('input[placeholder="Token"]')].at(-1)`;

/** Buttons of Scalar's that lead to services of its maker. */
const VENDOR = ["Ask AI", "MCP", "Open API Client", "Developer Tools", "Deploy", "Share"];

test.skipIf(!CHROMIUM).each([
  ["from source", overSocket],
  ["from the binary", asBinary],
])(
  "%s: every route is shown, and a call is tried with a key",
  async (_, start) => {
    await using browser = await startBrowser(CHROMIUM!);
    const gateway = await start();
    try {
      await walk(gateway, browser);
    } finally {
      await gateway.stop();
    }
  },
  60_000,
);

async function walk(gateway: Gateway, { page }: Browser): Promise<void> {
  const { tags, paths } = (await (await gateway.fetch("/swagger/json")).json()) as {
    tags: { name: string }[];
    paths: Record<string, Record<string, { summary: string }>>;
  };
  await page.resize(1440, 900);
  await page.open(`${gateway.url}/swagger#tag/images/POST/v1/images/generations`);
  await page.until(button(/Test Request .*images.generations/));

  const summaries = Object.values(paths).flatMap((item) =>
    Object.values(item).map(({ summary }) => summary),
  );
  const expected = [...tags.map(({ name }) => name), ...summaries];
  const text = await page.evaluate<string>("document.body.innerText");
  expect(expected.filter((words) => !text.includes(words))).toEqual([]);
  expect(VENDOR.filter((words) => text.includes(words))).toEqual([]);

  await page.evaluate(`${button(/Test Request .*images.generations/)}.click()`);
  await page.until(button(/^Send/));
  await page.evaluate(`${BOX}.focus()`);
  await page.type(CLIENT_KEY);
  await page.until(`${BOX}.value === ${JSON.stringify(CLIENT_KEY)}`);
  await page.evaluate(`${button(/^Send/)}.click()`);
  await page.until(`/200 OK/.test(document.body.innerText)`);

  const tried = page.asked.find(({ method }) => method === "POST");
  expect(tried?.url).toBe(`${gateway.url}/v1/images/generations`);
  expect(
    gateway.fal.requests.some(({ method, host }) => `${method} ${host}` === "POST queue"),
  ).toBe(true);
  // A page that asks another host for anything would be broken, or spied upon.
  const strangers = page.asked.filter(({ url }) => !url.startsWith(`${gateway.url}/`));
  expect(strangers).toEqual([]);
  expect(page.complaints).toEqual([]);
}
