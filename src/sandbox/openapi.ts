/** The OpenAPI document that the platform gives with a model on `expand=openapi-3.0`. */
import { appOf } from "./endpoint.ts";
import type { Field, Model, OutputKind } from "./schema.ts";

export function openapiOf({ id, input, output }: Model) {
  const app = `/${appOf(id)}/requests/{request_id}`;
  const ok = (name: string) => ({
    "200": {
      description: "OK",
      content: { "application/json": { schema: { $ref: `#/components/schemas/${name}` } } },
    },
  });
  const fields = Object.entries(input);
  const required = fields.filter(([, field]) => field.required).map(([name]) => name);
  return {
    openapi: "3.0.4",
    info: { title: `Queue OpenAPI for ${id}`, version: "1.0.0" },
    components: {
      securitySchemes: {
        apiKeyAuth: { type: "apiKey", in: "header", name: "Authorization" },
      },
      schemas: {
        Input: {
          type: "object",
          properties: Object.fromEntries(fields.map(([name, field]) => [name, schemaOf(field)])),
          ...(required.length && { required }),
        },
        Output: { type: "object", properties: outputs[output] },
        QueueStatus: {
          type: "object",
          properties: {
            status: { type: "string", enum: ["IN_QUEUE", "IN_PROGRESS", "COMPLETED"] },
            request_id: { type: "string" },
            response_url: { type: "string" },
            status_url: { type: "string" },
            cancel_url: { type: "string" },
            queue_position: { type: "integer" },
            logs: { type: "object" },
            metrics: { type: "object" },
          },
          required: ["status", "request_id"],
        },
      },
    },
    paths: {
      [`/${id}`]: {
        post: {
          requestBody: {
            required: true,
            content: { "application/json": { schema: { $ref: "#/components/schemas/Input" } } },
          },
          responses: ok("QueueStatus"),
        },
      },
      [`${app}/status`]: { get: { responses: ok("QueueStatus") } },
      [`${app}/cancel`]: { put: { responses: ok("QueueStatus") } },
      [app]: { get: { responses: ok("Output") } },
    },
    servers: [{ url: "https://queue.fal.run" }],
    security: [{ apiKeyAuth: [] }],
  };
}

function schemaOf(field: Field): object {
  const { type, items, fields } = field;
  const plain = {
    ...(type !== "unknown" && { type }),
    ...(field.enum && { enum: field.enum }),
    ...(items && { items: schemaOf(items) }),
  };
  if (!fields) return plain;
  const properties = Object.entries(fields).map(([name, each]) => [name, schemaOf(each)]);
  const needed = Object.entries(fields).filter(([, each]) => each.required);
  const object = {
    type: "object",
    properties: Object.fromEntries(properties),
    ...(needed.length && { required: needed.map(([name]) => name) }),
  };
  return field.objectToo ? { anyOf: [object, plain] } : object;
}

const file = { type: "object", properties: { url: { type: "string" } } };
const outputs: Record<OutputKind, object> = {
  images: { images: { type: "array", items: file } },
  image: { image: file },
  video: { video: file },
  videos: { videos: { type: "array", items: file } },
  audio: { audio: file },
  text: { text: { type: "string" } },
  mesh: { model_mesh: file },
  file: { file },
  other: {},
  llm: { output: { type: "string" } },
  openai: {},
};
