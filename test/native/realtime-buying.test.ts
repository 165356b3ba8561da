/** What is said on a socket, in the books: a row a message, and an end to it where a budget has no room. */
import { afterEach, expect, test } from "bun:test";
import { billed, booked, type Books, keepingBooks } from "../support/books.ts";
import { until } from "../support/clients.ts";
import { makeKey } from "../support/keys.ts";
import { closeDatabases, emptyDatabase } from "../support/state.ts";

let books: Books;
afterEach(async () => {
  await books.stop();
  await closeDatabases();
});

async function dial(budget?: string) {
  books = await keepingBooks(await emptyDatabase());
  const key = await makeKey(books, { name: "anna", ...(budget ? { budget } : {}) });
  const url = `${books.url.replace("http", "ws")}/fal-ai/flux/dev/realtime`;
  const socket = new WebSocket(url, { headers: { authorization: `Key ${key}` } } as never);
  const heard: string[] = [];
  const closed = Promise.withResolvers<{ code: number; reason: string }>();
  socket.onmessage = ({ data }: MessageEvent<string>) => void heard.push(data);
  socket.onclose = ({ code, reason }) => closed.resolve({ code, reason });
  await new Promise((resolve) => (socket.onopen = resolve));
  return { socket, heard, closed: closed.promise };
}

const say = (socket: WebSocket, prompt: string, more = {}) =>
  socket.send(JSON.stringify({ prompt, ...more }));

test("each message that fal answers is a call", async () => {
  const { socket, heard, closed } = await dial();
  say(socket, "a cat");
  await until(() => heard.length === 1);
  say(socket, "two cats", { num_images: 2 });
  await until(() => heard.length === 2);
  say(socket, "[sandbox error=content_policy_violation]");
  await until(() => heard.length === 3);
  socket.close(1000, "done");
  await closed;
  const rows = await books.closed();
  expect(rows.map(({ state, units, cost }) => [state, units, cost])).toEqual([
    ["completed", 1, 25_000],
    ["completed", 2, 50_000],
    ["failed", 0, 0],
  ]);
  expect(rows[0]).toMatchObject({
    route: "/{owner}/{app}/realtime",
    endpoint: "fal-ai/flux/dev",
  });
  expect(booked(rows)).toBe(billed(books));
});

test("what fal has not answered when the client leaves costs nothing here", async () => {
  const { socket, closed } = await dial();
  say(socket, "[sandbox run=5s]");
  await until(() => books.fal.requests.length > 0);
  socket.close(1000, "done");
  await closed;
  expect(await books.closed()).toMatchObject([{ state: "cancelled", cost: 0 }]);
});

test("a message that the budget has no room for ends the socket, and fal never hears it", async () => {
  const { socket, heard, closed } = await dial("0.06usd/month");
  for (const prompt of ["one", "two", "three"]) say(socket, prompt);
  const { code, reason } = await closed;
  expect(code).toBe(1008);
  expect(reason).toStartWith("The budget of this key, $0.06 a month, has no room");
  expect(heard.length).toBeLessThanOrEqual(2);
  const rows = await books.closed();
  expect(rows).toHaveLength(2);
  expect(booked(rows)).toBeLessThanOrEqual(50_000);
});
