/** Options: where they come from, what wins, and the one line that a wrong one gets. */
import { describe, expect, test } from "bun:test";
import { loadConfig, OPTIONS, shownDefault } from "../src/config.ts";

const refusal = (sources: Parameters<typeof loadConfig>[0]): string => {
  try {
    loadConfig(sources);
  } catch (error) {
    expect((error as Error).name).toBe("ConfigError");
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
};

test("defaults", () => {
  expect(loadConfig({})).toMatchObject({
    falKey: [],
    apiKey: [],
    allowAnonymous: false,
    port: 3001,
    host: "0.0.0.0",
    nodeEnv: "development",
    debug: false,
    logLevel: "info",
    defaultResponseFormat: "url",
    requestTimeout: 600,
    maxBodySize: 64,
    cancelOnDisconnect: "queued",
    jsonKeepalive: 0,
    corsOrigin: "*",
    shutdownGrace: 30,
    falMediaHosts: ["fal.media", "*.fal.media", "fal.run", "*.fal.run", "storage.googleapis.com"],
    falQueueUrl: "https://queue.fal.run",
    falRunUrl: "https://fal.run",
    falRestUrl: "https://rest.fal.ai",
    falPlatformUrl: "https://api.fal.ai",
    models: {},
    prices: {},
  });
  expect(Object.isFrozen(loadConfig({}))).toBe(true);
});

test("flags win over the environment, the environment over the file, the file over defaults", () => {
  const file = { port: 1, host: "a", log_level: "warn" };
  const env = { PORT: "2", HOST: "b" };
  const flags = { port: "3" };
  expect(loadConfig({ flags, env, file })).toMatchObject({
    port: 3,
    host: "b",
    logLevel: "warn",
    requestTimeout: 600,
  });
});

test("an own name wins over its alias, and both over nothing", () => {
  expect(loadConfig({ env: { FAL_API_KEY: "a:b" } }).falKey).toEqual(["a:b"]);
  expect(loadConfig({ env: { FAL_API_KEY: "a:b", FAL_KEY: "c:d" } }).falKey).toEqual(["c:d"]);
  expect(loadConfig({ env: { WORKER_ACCESS_KEY: "k" } }).apiKey).toEqual(["k"]);
  expect(loadConfig({ file: { worker_access_key: "k" } }).apiKey).toEqual(["k"]);
});

describe("values", () => {
  test.each([
    [{ PORT: "" }, { port: 3001 }],
    [{ PORT: " 80 " }, { port: 80 }],
    [{ DEBUG: "TRUE" }, { debug: true }],
    [{ DEBUG: "0" }, { debug: false }],
    [
      { DEBUG: "yes", ALLOW_ANONYMOUS: "on" },
      { debug: true, allowAnonymous: true },
    ],
    [{ LOG_LEVEL: "WARN" }, { logLevel: "warn" }],
    [{ REQUEST_TIMEOUT: "0.5" }, { requestTimeout: 0.5 }],
    [{ API_KEY: "a, b ,,c" }, { apiKey: ["a", "b", "c"] }],
    [{ FAL_KEY: "a:b,c:d" }, { falKey: ["a:b", "c:d"] }],
    [{ FAL_MEDIA_HOSTS: "127.0.0.1:9,*.x.y" }, { falMediaHosts: ["127.0.0.1:9", "*.x.y"] }],
    [
      { FAL_QUEUE_URL: "http://127.0.0.1:4100/queue" },
      { falQueueUrl: "http://127.0.0.1:4100/queue" },
    ],
    [{ CORS_ORIGIN: "https://a.b, http://c:1" }, { corsOrigin: "https://a.b, http://c:1" }],
    [{ HOST: "::1" }, { host: "::1" }],
  ] as const)("%j", (env, wanted) => {
    expect(loadConfig({ env })).toMatchObject(wanted as never);
  });

  test("a file may use numbers, lists and truth values", () => {
    const file = {
      port: 80,
      debug: true,
      api_key: ["a", "b"],
      models: { fast: "fal-ai/flux/dev" },
    };
    expect(loadConfig({ file })).toMatchObject({
      port: 80,
      debug: true,
      apiKey: ["a", "b"],
      models: { fast: "fal-ai/flux/dev" },
    });
  });
});

const NUMBER = "must be a whole number from 0 to 65535";

describe("a wrong value is one line that names the variable, what it was and what it may be", () => {
  test.each([
    [{ PORT: "x" }, `PORT is "x", but ${NUMBER}`],
    [{ PORT: "1.5" }, `PORT is "1.5", but ${NUMBER}`],
    [{ PORT: "65536" }, `PORT is "65536", but ${NUMBER}`],
    [{ PORT: "-1" }, `PORT is "-1", but ${NUMBER}`],
    [{ PORT: "0x10" }, `PORT is "0x10", but ${NUMBER}`],
    [{ HOST: "a b" }, 'HOST is "a b", but must be an address or host name'],
    [{ NODE_ENV: "prod" }, 'NODE_ENV is "prod", but must be one of development, production, test'],
    [{ DEBUG: "maybe" }, 'DEBUG is "maybe", but must be true or false'],
    [{ LOG_LEVEL: "loud" }, 'LOG_LEVEL is "loud", but must be one of error, warn, info, debug'],
    [{ LOG_FORMAT: "xml" }, 'LOG_FORMAT is "xml", but must be one of pretty, json'],
    [
      { DEFAULT_RESPONSE_FORMAT: "png" },
      'DEFAULT_RESPONSE_FORMAT is "png", but must be one of url, b64_json',
    ],
    [
      { REQUEST_TIMEOUT: "0" },
      'REQUEST_TIMEOUT is "0", but must be a number above 0, at most 86400',
    ],
    [
      { REQUEST_TIMEOUT: "10m" },
      'REQUEST_TIMEOUT is "10m", but must be a number above 0, at most 86400',
    ],
    [
      { MAX_BODY_SIZE: "5000" },
      'MAX_BODY_SIZE is "5000", but must be a number above 0, at most 4096',
    ],
    [
      { CANCEL_ON_DISCONNECT: "maybe" },
      'CANCEL_ON_DISCONNECT is "maybe", but must be one of queued, always, never',
    ],
    [{ JSON_KEEPALIVE: "off" }, 'JSON_KEEPALIVE is "off", but must be a number from 0 to 3600'],
    [{ SHUTDOWN_GRACE: "-1" }, 'SHUTDOWN_GRACE is "-1", but must be a number from 0 to 3600'],
    [
      { CORS_ORIGIN: "example.com" },
      'CORS_ORIGIN is "example.com", but must be * or origins such as https://chat.example.com',
    ],
    [
      { CORS_ORIGIN: "https://a.b/path" },
      'CORS_ORIGIN is "https://a.b/path", but must be * or origins such as https://chat.example.com',
    ],
    [
      { FAL_MEDIA_HOSTS: "https://x" },
      'FAL_MEDIA_HOSTS is "https://x", but must be host names, *.domains or addresses, separated by commas',
    ],
    ...["FAL_QUEUE_URL", "FAL_RUN_URL", "FAL_REST_URL", "FAL_PLATFORM_URL"].map(
      (name) =>
        [
          { [name]: "queue.fal.run" },
          `${name} is "queue.fal.run", but must be a URL such as https://queue.fal.run`,
        ] as const,
    ),
  ] as const)("%j", (env, line) => {
    expect(refusal({ env: env as Record<string, string> })).toBe(line);
    expect(line).not.toContain("\n");
  });

  // A list of names may hold any text.
  const refusing = OPTIONS.filter(({ name }) => name !== "foreignRequests");
  test.each(refusing.map(({ variables }) => [variables[0]!]))("%s refuses nonsense", (name) => {
    const line = refusal({ env: { [name]: "no such\tthing:" } });
    expect(line).toStartWith(`${name} `);
    expect(line).toContain("must be ");
    expect(line).not.toContain("\n");
  });

  test("a flag and a key of the file are called by their own names", () => {
    expect(refusal({ flags: { port: "x" } })).toBe(`--port is "x", but ${NUMBER}`);
    expect(refusal({ file: { port: "x" } })).toBe(`port in falgate.toml is "x", but ${NUMBER}`);
    expect(refusal({ file: { prot: 1 } })).toBe(
      'falgate.toml: there is no option "prot". Did you mean port?',
    );
    expect(refusal({ file: { nonsense: 1 } })).toBe('falgate.toml: there is no option "nonsense"');
    expect(refusal({ file: { models: "x" } })).toBe(
      'falgate.toml: [models] must be a table such as fast = "fal-ai/…"',
    );
  });
});

describe("secrets are never printed", () => {
  const WRONG = "must be of the form key_id:key_secret, as fal.ai/dashboard/keys shows it";
  test.each([
    [{ env: { FAL_KEY: "opensesame" } }, `FAL_KEY ${WRONG}`],
    [{ env: { FAL_KEY: "good:key,opensesame" } }, `FAL_KEY ${WRONG}`],
    [{ env: { FAL_KEY: "open:se:same" } }, `FAL_KEY ${WRONG}`],
    [{ env: { FAL_API_KEY: "opensesame" } }, `FAL_API_KEY ${WRONG}`],
    [{ flags: { "fal-key": "opensesame" } }, `--fal-key ${WRONG}`],
    [{ file: { fal_key: ["opensesame"] } }, `fal_key in falgate.toml ${WRONG}`],
    [{ env: { API_KEY: "open sesame" } }, "API_KEY must be printable characters without spaces"],
    [
      { env: { WORKER_ACCESS_KEY: "öpen" } },
      "WORKER_ACCESS_KEY must be printable characters without spaces",
    ],
    [
      { flags: { "api-key": "open sesame" } },
      "--api-key must be printable characters without spaces",
    ],
  ] as const)("%j", (sources, line) => {
    const said = refusal(sources as never);
    expect(said).toBe(line);
    expect(said).not.toMatch(/sesame|öpen/);
  });

  test("nor shown as defaults", () => {
    for (const option of OPTIONS.filter(({ secret }) => secret)) {
      expect(shownDefault(option)).toBe(option.shown ?? "none");
    }
  });
});
