/** Instances made from JSON schemas satisfy them. */
import { expect, test } from "bun:test";
import { instanceOf } from "../../src/sandbox/instance.ts";

const node = {
  type: "object",
  properties: {
    value: { type: "integer" },
    next: { anyOf: [{ $ref: "#/$defs/node" }, { type: "null" }] },
  },
  required: ["value", "next"],
};

const table = [
  [{ type: "string" }, "value"],
  [{ type: "string", minLength: 8 }, "valuexxx"],
  [{ type: "string", maxLength: 2 }, "va"],
  [{ type: "string", format: "date" }, "2026-01-02"],
  [{ type: "string", pattern: "^[A-Z]{3}$" }, "ABC"],
  [{ const: 7 }, 7],
  [{ enum: ["b", "a"] }, "b"],
  [{ type: "integer", minimum: 3 }, 3],
  [{ type: "integer", exclusiveMinimum: 3 }, 4],
  [{ type: "integer", maximum: -2 }, -2],
  [{ type: "number", minimum: 0, maximum: 0.2 }, 0],
  [{ type: "integer", multipleOf: 5, minimum: 6 }, 10],
  [{ type: "boolean" }, true],
  [{ type: ["null", "string"] }, null],
  [{ type: "array", items: { type: "integer" }, minItems: 2 }, [1, 1]],
  [{ type: "array", items: { type: "integer" }, maxItems: 0 }, []],
  [{ type: "array", prefixItems: [{ const: 1 }, { const: "b" }], items: false }, [1, "b"]],
  [{ oneOf: [{ const: "x" }, { const: "y" }] }, "x"],
  [
    { allOf: [{ properties: { a: { const: 1 } } }, { properties: { b: { const: 2 } } }] },
    { a: 1, b: 2 },
  ],
  [{ required: ["z"] }, { z: "z" }],
  [{ $defs: { a: { const: 3 } }, properties: { q: { $ref: "#/$defs/a" } } }, { q: 3 }],
  [{}, "value"],
  [true, "value"],
] as const;

for (const [schema, instance] of table) {
  test(JSON.stringify(schema), () => expect(instanceOf(schema)).toEqual(instance));
}

test("recursion ends, in a list and in an object", () => {
  const list = instanceOf({ $ref: "#/$defs/node", $defs: { node } });
  expect(JSON.stringify(list)).toEndWith(
    "null".concat("}".repeat(JSON.stringify(list).split("value").length - 1)),
  );
  const tree = {
    type: "object",
    properties: { children: { type: "array", items: { $ref: "#" } } },
  };
  expect(JSON.stringify(instanceOf(tree))).toStartWith('{"children":[{"children":');
  expect(instanceOf({ $ref: "#" })).toBeNull();
});
