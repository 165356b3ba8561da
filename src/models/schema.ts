/** An endpoint's input as JSON Schema. */
import type { Endpoint, Field } from "./catalog.ts";

export type Schema = Readonly<Record<string, unknown>>;

export function inputSchema({ input }: Pick<Endpoint, "input">): Schema {
  const fields = Object.entries(input);
  const required = fields.filter(([, field]) => field.required).map(([name]) => name);
  return {
    type: "object",
    properties: Object.fromEntries(fields.map(([name, field]) => [name, fieldSchema(field)])),
    ...(required.length > 0 ? { required } : {}),
  };
}

function fieldSchema(field: Field): Schema {
  const { type, enum: words, open, objectToo, items, fields, media } = field;
  const plain = {
    ...(type === "unknown" ? {} : { type }),
    ...(words && !open ? { enum: words } : {}),
    ...(words && open ? { examples: words } : {}),
    ...(media && type === "string" ? { format: "uri" } : {}),
    ...(items ? { items: fieldSchema(items) } : {}),
  };
  if (!fields) return plain;
  return objectToo
    ? { anyOf: [plain, inputSchema({ input: fields })] }
    : inputSchema({ input: fields });
}
