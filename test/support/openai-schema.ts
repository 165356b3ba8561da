/** What OpenAI's own types say of an answer, as JSON Schema: generated from the `openai` package once a run. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Ajv from "ajv";
import { createGenerator } from "ts-json-schema-generator";

const ROOT = new URL("../..", import.meta.url).pathname;

/** Name here; type there, and the module that has it. */
const TYPES = {
  completion: ["ChatCompletion", "chat/completions/completions"],
  chunk: ["ChatCompletionChunk", "chat/completions/completions"],
  response: ["Response", "responses/responses"],
  event: ["ResponseStreamEvent", "responses/responses"],
  embeddings: ["CreateEmbeddingResponse", "embeddings"],
  video: ["Video", "videos"],
  error: ["ErrorObject", "shared"],
} as const;

export type OpenAIType = keyof typeof TYPES;

let generated: Promise<Ajv> | undefined;

/** Complaints about a value, none where it is what OpenAI's type says. */
export async function complaints(type: OpenAIType, value: unknown): Promise<string[]> {
  generated ??= generate();
  const validate = (await generated).getSchema(`openai#/definitions/Root/properties/${type}`)!;
  if (await validate(value)) return [];
  const all = validate.errors!.filter(({ instancePath }) => instancePath !== "/type");
  // Of a union every other branch complains of the whole.
  const within = all.filter(({ instancePath }) => instancePath !== "");
  const said = within.length > 0 ? within : all;
  return [...new Set(said.map(({ instancePath, message }) => `${instancePath} ${message}`))];
}

async function generate(): Promise<Ajv> {
  const folder = await mkdtemp(join(tmpdir(), "falgate-schema-"));
  try {
    const path = join(folder, "root.ts");
    const lines = Object.values(TYPES).map(([type, module]) => {
      const from = JSON.stringify(`${ROOT}node_modules/openai/resources/${module}.js`);
      return `import type { ${type} } from ${from};`;
    });
    const fields = Object.entries(TYPES).map(([name, [type]]) => `  ${name}: ${type};`);
    await Bun.write(path, [...lines, "export interface Root {", ...fields, "}"].join("\n"));
    const schema = createGenerator({
      path,
      tsconfig: `${ROOT}tsconfig.json`,
      type: "Root",
      expose: "none",
      skipTypeCheck: true,
      // Fields that OpenAI does not know are no fault: OpenRouter adds some.
      additionalProperties: true,
    }).createSchema("Root");
    // One schema for all, so that what they share is compiled once.
    const ajv = new Ajv({ strict: false, inlineRefs: false, code: { optimize: false } });
    return ajv.addSchema({ ...schema, $id: "openai" });
  } finally {
    await rm(folder, { recursive: true });
  }
}
