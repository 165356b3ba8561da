/** A headless Chromium that reaches this machine only, driven over its DevTools protocol. */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Where Chromium is, if it is. */
export const CHROMIUM = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"]
  .map((name) => Bun.which(name))
  .find((path) => path !== null);

export interface Asked {
  url: string;
  method: string;
  headers: Record<string, string>;
}

export interface Page {
  /** Every request that the page has made, oldest first. */
  readonly asked: readonly Asked[];
  /** What the page's console and its policy complained of. */
  readonly complaints: readonly string[];
  open(url: string): Promise<void>;
  /** The value of an expression in the page, awaited. */
  evaluate<T>(expression: string): Promise<T>;
  /** Waits until an expression is true. */
  until(expression: string, ms?: number): Promise<void>;
  /** Types into what has the focus. */
  type(text: string): Promise<void>;
  dark(on: boolean): Promise<void>;
  resize(width: number, height: number): Promise<void>;
  /** A PNG. */
  shoot(): Promise<Uint8Array>;
}

export interface Browser extends AsyncDisposable {
  readonly page: Page;
}

const FLAGS = [
  "--headless=new",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--hide-scrollbars",
  // The network is cut: no name means anything, and no address but this machine's is reached.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
  "--remote-debugging-port=0",
];

export async function startBrowser(executable: string): Promise<Browser> {
  const profile = await mkdtemp(join(tmpdir(), "falgate-chromium-"));
  const process = Bun.spawn([executable, ...FLAGS, `--user-data-dir=${profile}`, "about:blank"], {
    stdout: "ignore",
    stderr: "ignore",
  });
  const port = await portOf(profile);
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    type: string;
    webSocketDebuggerUrl: string;
  }[];
  const target = targets.find(({ type }) => type === "page")!;
  const socket = new WebSocket(target.webSocketDebuggerUrl);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = reject;
  });
  const page = await attach(socket);
  return {
    page,
    async [Symbol.asyncDispose]() {
      socket.close();
      process.kill("SIGKILL");
      await process.exited;
      await rm(profile, { recursive: true, force: true });
    },
  };
}

/** Chromium writes the port that it chose into its profile. */
async function portOf(profile: string): Promise<string> {
  for (let tries = 0; tries < 300; tries++) {
    const text = await readFile(join(profile, "DevToolsActivePort"), "utf8").catch(() => "");
    const [port = ""] = text.split("\n");
    if (port !== "") return port;
    await Bun.sleep(50);
  }
  throw new Error("Chromium did not start");
}

interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

async function attach(socket: WebSocket): Promise<Page> {
  const waiting = new Map<number, (message: Message) => void>();
  const asked: Asked[] = [];
  const complaints: string[] = [];
  let last = 0;

  socket.onmessage = ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    if (message.id !== undefined) waiting.get(message.id)?.(message);
    else hear(message);
  };

  function hear({ method, params = {} }: Message): void {
    if (method === "Network.requestWillBeSent") {
      const { url, method, headers } = params.request as Asked;
      // Pictures and scripts that a page carries within itself are no requests.
      if (!/^(data|blob):/.test(url)) asked.push({ url, method, headers });
    }
    if (method === "Log.entryAdded") {
      const { level, text } = params.entry as { level: string; text: string };
      if (level === "error") complaints.push(text);
    }
    if (method === "Runtime.exceptionThrown") complaints.push(JSON.stringify(params));
  }

  async function send(method: string, params: object = {}): Promise<Record<string, unknown>> {
    const id = ++last;
    socket.send(JSON.stringify({ id, method, params }));
    const { result, error } = await new Promise<Message>((resolve) => waiting.set(id, resolve));
    waiting.delete(id);
    if (error) throw new Error(`${method}: ${error.message}`);
    return result ?? {};
  }

  async function evaluate<T>(expression: string): Promise<T> {
    const { result, exceptionDetails } = await send("Runtime.evaluate", {
      expression,
      awaitPromise: true,
      returnByValue: true,
    });
    if (exceptionDetails) throw new Error(`${expression}: ${JSON.stringify(exceptionDetails)}`);
    return (result as { value: T }).value;
  }

  async function until(expression: string, ms = 15_000): Promise<void> {
    const end = performance.now() + ms;
    while (performance.now() < end) {
      if (await evaluate<boolean>(`Boolean(${expression})`).catch(() => false)) return;
      await Bun.sleep(50);
    }
    throw new Error(`not so after ${ms} ms: ${expression}`);
  }

  await Promise.all(["Network", "Page", "Runtime", "Log"].map((part) => send(`${part}.enable`)));
  return {
    asked,
    complaints,
    evaluate,
    until,
    async open(url) {
      await send("Page.navigate", { url });
    },
    async type(text) {
      await send("Input.insertText", { text });
    },
    async dark(on) {
      const value = on ? "dark" : "light";
      await send("Emulation.setEmulatedMedia", {
        features: [{ name: "prefers-color-scheme", value }],
      });
    },
    async resize(width, height) {
      const metrics = { width, height, deviceScaleFactor: 1, mobile: false };
      await send("Emulation.setDeviceMetricsOverride", metrics);
    },
    async shoot() {
      const { data } = await send("Page.captureScreenshot", { format: "png" });
      return Buffer.from(data as string, "base64");
    },
  };
}
