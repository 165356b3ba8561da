/** What a start of the gateway uses of its executable, as the runtime notes it down. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const KEY = "sk-profile";

/**
 * Starts the gateway, asks it what everybody asks first, and lets it end. Writes the profile to `into`;
 * false where there is none, because a process cannot be asked to end (Windows).
 */
export async function recordStart(executable: string, into: string): Promise<string | false> {
  const folder = await mkdtemp(join(tmpdir(), "falgate-profile-"));
  const child = Bun.spawn([executable, "serve", "--host", "127.0.0.1", "--port", "0"], {
    cwd: folder,
    env: {
      FAL_KEY: "profile:none",
      API_KEY: KEY,
      DATA_DIR: folder,
      CATALOG_REFRESH: "0",
      LOG_FORMAT: "json",
      BUN_BYTECODE_ORDER_OUT: into,
    },
    stdout: "pipe",
  });
  try {
    const url = await urlOf(child.stdout);
    const headers = { authorization: `Bearer ${KEY}` };
    for (const path of ["/healthz", "/v1/models"]) {
      const { status } = await fetch(url + path, { headers });
      if (status !== 200) throw new Error(`${executable} answers ${status} to ${path}`);
    }
    child.kill("SIGTERM");
    await child.exited;
    return (await Bun.file(into).exists()) && into;
  } finally {
    child.kill("SIGKILL");
    await child.exited;
    await rm(folder, { recursive: true });
  }
}

/** The address that the first line of the log tells. The log stays open: it is written to still. */
async function urlOf(log: ReadableStream<Uint8Array>): Promise<string> {
  const reader = log.getReader();
  const decoder = new TextDecoder();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    text += decoder.decode(value, { stream: !done });
    const url = /"url":"([^"]+)"/.exec(text)?.[1];
    if (url) return url;
    if (done) throw new Error(`the gateway ended before it listened: ${text}`);
  }
}
