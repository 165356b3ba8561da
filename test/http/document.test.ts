/** The OpenAPI document: valid, complete, and true to its own examples. */
import { describe, expect, test } from "bun:test";
import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { createApp } from "../../src/app.ts";
import { createGateway } from "../../src/cli/gateway.ts";
import { openapi } from "../../src/cli/openapi.ts";
import { loadConfig } from "../../src/config.ts";
import { silent } from "../../src/log.ts";

interface Media {
  schema: Record<string, unknown>;
  examples?: Record<string, { value: unknown }>;
}

interface Operation {
  operationId: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: unknown[];
  requestBody?: { content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}

interface Document {
  openapi: string;
  tags: { name: string; description: string }[];
  components: { schemas: Record<string, unknown> };
  paths: Record<string, Record<string, Operation>>;
}

const app = createApp(createGateway(loadConfig({}), silent, true));
const response = await app.handle(new Request("http://localhost/swagger/json"));
const document = (await response.json()) as Document;

const operations = Object.entries(document.paths).flatMap(([path, item]) =>
  Object.entries(item).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    operation,
  })),
);

test("is valid OpenAPI 3.1", async () => {
  const { valid, errors } = await new Validator().validate({ ...document });
  expect({ valid, errors }).toEqual({ valid: true, errors: undefined });
  expect(document.openapi).toBe("3.1.0");
});

test("knows every public route by the path that clients call", () => {
  const shown = app.routes.filter(
    ({ path, hooks }) => !path.includes("*") && hooks.detail?.hide !== true,
  );
  const routes = shown.map(
    ({ method, path }) =>
      `${method} ${path.replace(/(?<=.)\/$/, "").replace(/:(\w+)/g, (_, name) => `{${name}}`)}`,
  );
  expect(operations.map(({ name }) => name).sort()).toEqual(routes.sort());
});

test("names every operation once, and puts it into a described group", () => {
  const ids = operations.map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
  const groups = new Map(document.tags.map(({ name, description }) => [name, description]));
  for (const { operation } of operations) {
    expect(operation.tags).toHaveLength(1);
    expect(groups.get(operation.tags![0]!)).toBeString();
  }
});

test("is what falgate openapi prints", async () => {
  const printed: string[] = [];
  await openapi({ out: (text: string) => void printed.push(text) } as never);
  expect(JSON.parse(printed.join(""))).toEqual(document);
});

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true });
// References run into the components, which therefore travel along with each schema.
ajv.addKeyword("components");
ajv.addFormat("binary", true);

describe.each(operations)("$name", ({ operation }) => {
  const bodies = [
    ...Object.entries(operation.requestBody?.content ?? {}).map(
      ([type, media]) => [`request as ${type}`, media] as const,
    ),
    ...Object.entries(operation.responses).flatMap(([status, { content }]) =>
      Object.entries(content ?? {}).map(
        ([type, media]) => [`${status} as ${type}`, media] as const,
      ),
    ),
  ];

  test("is told in a summary and a description", () => {
    expect(operation.summary).toMatch(/\S/);
    expect(operation.description).toMatch(/\S/);
  });

  test("says how it may fail", () => {
    const failures = Object.keys(operation.responses).filter((status) => status >= "400");
    if (operation.security) expect(failures).toContain("401");
    for (const { description } of Object.values(operation.responses)) {
      expect(description).toMatch(/\S/);
    }
  });

  test.each(bodies)("%s has examples that fit its schema", (what, { schema, examples = {} }) => {
    const validate = ajv.compile({ ...schema, components: document.components });
    // A form with a file has no example in JSON.
    const named = Object.keys(examples).length;
    expect({ what, named: named > 0 || what.includes("multipart/") }).toEqual({
      what,
      named: true,
    });
    for (const [name, { value }] of Object.entries(examples)) {
      validate(value);
      expect({ name, errors: validate.errors }).toEqual({ name, errors: null });
    }
  });
});
