/** What an endpoint gives, told from the fields of its output. */
import type { Field, OutputKind } from "./catalog.ts";

/** The first of these that an output has says what the endpoint gives. */
const FIELDS: readonly (readonly [RegExp, OutputKind])[] = [
  [/^images$/, "images"],
  [/^image$/, "image"],
  [/^video$/, "video"],
  [/^videos$/, "videos"],
  [/^(audio|audio_file|audio_url)$/, "audio"],
  [/^(model_mesh|model_glb|glb|model_urls|mesh)$/, "mesh"],
  [/^(text|output|transcription)$/, "text"],
];

export function outputKind(output: Readonly<Record<string, Field>>): OutputKind {
  const names = Object.keys(output);
  for (const [pattern, kind] of FIELDS) {
    const name = names.find((name) => pattern.test(name));
    if (name && (kind !== "text" || output[name]!.type === "string")) return kind;
  }
  return names.some((name) => isFile(output[name]!)) ? "file" : "other";
}

function isFile(field: Field): boolean {
  return field.fields?.url !== undefined || (field.items !== undefined && isFile(field.items));
}
