/** Leaving in good order: what runs may finish, what is new is refused, and the exit status tells. */
import { afterEach, describe, expect, test } from "bun:test";
import { blocks } from "../support/events.ts";
import { ask, links, until } from "../support/clients.ts";
import { submitted } from "../support/fal.ts";
import { asBinary, CLIENT_KEY, type Running } from "../support/gateway.ts";

let gateway: Running;
afterEach(() => gateway.stop());

const said = (message: string) => gateway.log().find((line) => line.message === message);

describe.each(["SIGTERM", "SIGINT"] as const)("%s", (signal) => {
  test("lets a request and a stream finish, then ends with 0", async () => {
    gateway = await asBinary();
    const slow = { prompt: "a cat [sandbox run=300ms]" };
    const waiting = links(ask(gateway, slow));
    const stream = ask(gateway, { ...slow, stream: true, response_format: "url" });
    await until(() => submitted(gateway.fal).length === 2);
    gateway.process.kill(signal);
    await until(() => said("draining"));
    expect(said("draining")).toMatchObject({ level: "info", signal, generations: 2 });
    expect(blocks(await (await stream).text())).toMatchObject([
      { event: "image_generation.completed" },
    ]);
    expect((await waiting).length).toBe(1);
    expect(await gateway.process.exited).toBe(0);
    expect(said("stopped")).toBeDefined();
  });

  test("at rest ends at once with 0", async () => {
    gateway = await asBinary();
    gateway.process.kill(signal);
    expect(await gateway.process.exited).toBe(0);
  });
});

test("new connections are refused while it drains, and requests on old ones get 503 or nothing", async () => {
  gateway = await asBinary();
  const { hostname, port } = new URL(gateway.url);
  let text = "";
  let closed = false;
  const old = await Bun.connect({
    hostname,
    port: Number(port),
    socket: {
      data: (_, data) => void (text += data.toString()),
      close: () => void (closed = true),
    },
  });
  const head = `Host: x\r\nAuthorization: Bearer ${CLIENT_KEY}\r\n`;
  const waiting = links(ask(gateway, { prompt: "a cat [sandbox run=400ms]" }));
  await until(() => submitted(gateway.fal).length === 1);
  // In the middle of a request when the signal comes; Bun may still take it for idle and close it.
  old.write(`GET /v1/models/flux-dev HTTP/1.1\r\n${head}`);
  gateway.process.kill("SIGTERM");
  await until(() => said("draining"));
  old.write("\r\n");
  await until(() => closed || text.includes('"code":"shutting_down"'));
  if (text !== "") expect(text).toStartWith("HTTP/1.1 503");
  await expect(fetch(`${gateway.url}/healthz`)).rejects.toThrow();
  expect((await waiting).length).toBe(1);
  expect(await gateway.process.exited).toBe(0);
});

test("the grace period is the limit", async () => {
  gateway = await asBinary({ env: { SHUTDOWN_GRACE: "0.1" } });
  const waiting = ask(gateway, { prompt: "a cat [sandbox run=20s]" }).catch(() => "cut");
  await until(() => submitted(gateway.fal).length === 1);
  gateway.process.kill("SIGTERM");
  expect(await gateway.process.exited).toBe(0);
  expect(await waiting).toBe("cut");
  expect(said("stopping now, some requests are cut off")).toMatchObject({
    level: "warn",
  });
});

test("a second signal does not wait any longer", async () => {
  gateway = await asBinary({ env: { SHUTDOWN_GRACE: "60" } });
  const waiting = ask(gateway, { prompt: "a cat [sandbox run=60s]" }).catch(() => "cut");
  await until(() => submitted(gateway.fal).length === 1);
  gateway.process.kill("SIGINT");
  await until(() => said("draining"));
  gateway.process.kill("SIGINT");
  await gateway.process.exited;
  expect(await waiting).toBe("cut");
});
