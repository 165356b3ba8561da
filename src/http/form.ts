/** A `multipart/form-data` body as one object: lists, nested fields and files where the names say so. */
import type { TSchema } from "@sinclair/typebox";
import { ApiError, invalidRequest } from "../openai/error.ts";
import { tooLarge } from "./body.ts";

export type Form = Record<string, unknown>;

export function isForm({ headers }: Request): boolean {
  return /^multipart\/form-data\b/i.test(headers.get("content-type") ?? "");
}

/**
 * Reads a form. `image[]` and `image[0]` are members of the list `image`, `a[b]` is a field of the
 * object `a`, and what is in `lists` may also be repeated under its bare name. Everything is text or
 * a file: nothing in a text is taken for JSON.
 *
 * Throws 400 for a body that is no form and for a field given twice, 413 for one beyond `limit` bytes.
 */
export async function readForm(
  request: Request,
  limit: number,
  lists: readonly string[] = [],
): Promise<Form> {
  const fields = new Map<string, unknown>();
  for (const [key, value] of await entries(request, limit)) {
    const [, name = key, member] = /^([^[\]]+)\[([^[\]]*)\]$/.exec(key) ?? [];
    const before = fields.get(name);
    if (member !== undefined && !/^\d*$/.test(member)) {
      fields.set(name, { ...(isRecord(before) ? before : {}), [member]: value });
      continue;
    }
    if (member !== undefined || lists.includes(name)) {
      fields.set(name, [...(Array.isArray(before) ? before : []), value]);
      continue;
    }
    if (fields.has(name)) throw invalidRequest(`'${name}' was given more than once.`, name);
    fields.set(name, value);
  }
  return Object.fromEntries(fields);
}

/** Texts of a form as the numbers and booleans that a schema wants; what is none is left to be refused. */
export function typed(form: Form, { properties = {} }: TSchema): Form {
  return Object.fromEntries(
    Object.entries(form).map(([name, value]) => {
      const wanted = Object.hasOwn(properties, name) ? properties[name] : undefined;
      return [name, typeof value === "string" ? converted(value, wanted?.type) : value];
    }),
  );
}

function converted(text: string, type: unknown): unknown {
  if ((type === "number" || type === "integer") && text.trim() !== "") {
    return Number.isFinite(Number(text)) ? Number(text) : text;
  }
  if (type === "boolean" && /^(true|false)$/i.test(text)) return text.toLowerCase() === "true";
  return text;
}

async function entries(request: Request, limit: number): Promise<Iterable<[string, unknown]>> {
  const whole = request.headers.has("content-length") ? request : await counted(request, limit);
  try {
    return (await whole.formData()) as unknown as Iterable<[string, unknown]>;
  } catch (cause) {
    request.signal.throwIfAborted();
    const message = "The request body is not valid multipart/form-data.";
    throw new ApiError(400, message, "invalid_request_error", { code: "invalid_form", cause });
  }
}

/** The same body, held once it is known to be within bounds. */
async function counted(request: Request, limit: number): Promise<Response> {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of request.body ?? []) {
    size += piece.length;
    if (size > limit) throw tooLarge(limit);
    pieces.push(piece);
  }
  const type = request.headers.get("content-type") ?? "";
  return new Response(Buffer.concat(pieces), { headers: { "content-type": type } });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === "object" && value !== null && !Array.isArray(value) && !(value instanceof Blob)
  );
}
