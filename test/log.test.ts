/** Log lines: as JSON, for a person, and what an error looks like in them. */
import { describe, expect, test } from "bun:test";
import { createLog, type LogOptions, silent } from "../src/log.ts";

function written(options: Partial<LogOptions>, write: (log: ReturnType<typeof createLog>) => void) {
  const lines: string[] = [];
  const now = () => new Date("2026-11-21T00:00:00Z");
  write(
    createLog({
      level: "debug",
      format: "json",
      now,
      ...options,
      write: (line) => void lines.push(line),
    }),
  );
  return lines;
}

const time = "2026-11-21T00:00:00.000Z";

test("JSON: one object a line", () => {
  const [line] = written({}, (log) =>
    log.info("request", { id: "r1", status: 200, model: undefined, text: 'a "b"\nc' }),
  );
  expect(line).toBe(
    `{"time":"${time}","level":"info","message":"request","id":"r1","status":200,"text":"a \\"b\\"\\nc"}\n`,
  );
});

test("pretty: one line, with quotes only where they are needed", () => {
  const fields = {
    id: "r1",
    status: 200,
    model: undefined,
    key: null,
    text: "a\nb",
    none: "",
    list: [1],
  };
  const [line] = written({ format: "pretty" }, (log) => log.warn("request", fields));
  expect(line).toBe(
    `${time} WARN  request id=r1 status=200 key=null text="a\\nb" none="" list=[1]\n`,
  );
});

test.each([
  ["error", ["error"]],
  ["warn", ["error", "warn"]],
  ["info", ["error", "warn", "info"]],
  ["debug", ["error", "warn", "info", "debug"]],
] as const)("at %s", (level, wanted) => {
  const lines = written({ level }, (log) => {
    for (const name of ["error", "warn", "info", "debug"] as const) log[name]("said");
  });
  expect(lines.map((line) => JSON.parse(line).level)).toEqual(wanted as never);
});

describe("an error", () => {
  const error = new TypeError("broken", { cause: new Error("beneath", { cause: "text" }) });

  test("is told with its causes, without its stack", () => {
    const [line] = written({}, (log) => log.error("failed", { error }));
    expect(JSON.parse(line!).error).toBe("TypeError: broken (Error: beneath)");
  });

  test("is told with its stack to whoever develops", () => {
    const [line] = written({ stacks: true }, (log) => log.error("failed", { error }));
    expect(JSON.parse(line!).error).toContain("log.test.ts");
  });
});

test("silence writes nothing", () => {
  expect(silent.error("x")).toBeUndefined();
});
