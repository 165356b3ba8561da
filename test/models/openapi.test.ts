/** OpenAPI documents of fal's, as endpoints in the catalogue's words. */
import { expect, test } from "bun:test";
import { builtinCatalog, type Endpoint, type Field } from "../../src/models/catalog.ts";
import { endpointOf } from "../../src/models/openapi.ts";
import { openapiOf } from "../../src/sandbox/openapi.ts";

/** As fal writes them: Pydantic's references, `anyOf` with null, a finished request under `/requests`. */
const DOCUMENT = {
  openapi: "3.0.4",
  paths: {
    "/acme/paint/requests/{request_id}/status": { get: {} },
    "/acme/paint/requests/{request_id}/cancel": { put: {} },
    "/acme/paint/v2": {
      post: {
        requestBody: {
          content: { "application/json": { schema: { $ref: "#/components/schemas/PaintInput" } } },
        },
      },
    },
    "/acme/paint/requests/{request_id}": {
      get: {
        responses: {
          "200": {
            content: {
              "application/json": { schema: { $ref: "#/components/schemas/PaintOutput" } },
            },
          },
        },
      },
    },
  },
  components: {
    schemas: {
      PaintInput: {
        type: "object",
        required: ["prompt", "image_urls"],
        properties: {
          prompt: { type: "string", title: "Prompt", maxLength: 500 },
          image_urls: { type: "array", items: { type: "string" } },
          image_size: {
            anyOf: [
              { $ref: "#/components/schemas/ImageSize" },
              { type: "string", enum: ["square", "portrait"] },
            ],
          },
          seed: { anyOf: [{ type: "integer" }, { type: "null" }] },
          strength: { type: ["number", "null"], minimum: 0, maximum: 1 },
          voice: { anyOf: [{ type: "string", enum: ["Ann"] }, { type: "string" }] },
          sampler: { allOf: [{ $ref: "#/components/schemas/Sampler" }], default: "euler" },
          mode: { const: "fast" },
          loras: { type: "array", items: { $ref: "#/components/schemas/Lora" } },
          either: { anyOf: [{ type: "number" }, { type: "string" }] },
          safe: { type: "boolean" },
          endless: { $ref: "#/components/schemas/Endless" },
        },
      },
      ImageSize: {
        type: "object",
        properties: { width: { type: "integer" }, height: { type: "integer" } },
      },
      Sampler: { type: "string", enum: ["euler", "ddim"] },
      Lora: {
        type: "object",
        required: ["path"],
        properties: { path: { type: "string" }, scale: { type: "number" } },
      },
      Endless: { $ref: "#/components/schemas/Endless" },
      PaintOutput: {
        type: "object",
        properties: {
          images: {
            type: "array",
            items: { type: "object", properties: { url: { type: "string" } } },
          },
          seed: { type: "integer" },
        },
      },
    },
  },
};

test("a document becomes an endpoint", () => {
  const size: Field = {
    type: "string",
    enum: ["square", "portrait"],
    objectToo: true,
    fields: { width: { type: "integer" }, height: { type: "integer" } },
  };
  expect(endpointOf("acme/paint/v2", DOCUMENT)).toStrictEqual({
    id: "acme/paint/v2",
    output: "images",
    input: {
      prompt: { type: "string", required: true },
      image_urls: {
        type: "array",
        items: { type: "string", media: true },
        media: true,
        required: true,
      },
      image_size: size,
      seed: { type: "integer" },
      strength: { type: "number" },
      voice: { type: "string", enum: ["Ann"], open: true },
      sampler: { type: "string", enum: ["euler", "ddim"] },
      mode: { type: "string", enum: ["fast"] },
      loras: {
        type: "array",
        items: {
          type: "object",
          fields: { path: { type: "string", required: true }, scale: { type: "number" } },
        },
      },
      either: { type: "unknown" },
      safe: { type: "boolean" },
      endless: { type: "unknown" },
    },
  });
});

test.each([[undefined], [null], ["text"], [{}], [{ paths: { "/x": { post: {} } } }], [[]]])(
  "%j describes nothing",
  (document) => {
    expect(endpointOf("x", document)).toBeUndefined();
  },
);

/** What OpenAPI cannot say, or the emulated fal does not. */
function plain(field: Field): Field {
  const { media: _, open: __, items, fields, ...rest } = field;
  return {
    ...rest,
    ...(items ? { items: plain(items) } : {}),
    ...(fields ? { fields: plainAll(fields) } : {}),
  };
}

const plainAll = (input: Endpoint["input"]) =>
  Object.fromEntries(Object.entries(input).map(([name, field]) => [name, plain(field)]));

test("every endpoint of the catalogue comes through its own document unchanged", () => {
  const catalog = builtinCatalog();
  for (const id of catalog.ids()) {
    const { input, output } = catalog.get(id)!;
    const read = endpointOf(id, JSON.parse(JSON.stringify(openapiOf({ id, input, output }))))!;
    expect([id, plainAll(read.input)]).toEqual([id, plainAll(input)]);
    expect([id, read.output]).toEqual([id, output]);
  }
});
