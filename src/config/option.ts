/** How one option is written down: a schema that says also how it is shown. */
import { Type } from "@sinclair/typebox";

/** How a schema's option is written and shown, beyond what JSON Schema says. */
export interface Meta {
  description: string;
  /** Other names of the same option, in the schema's spelling. */
  aliases?: readonly string[];
  /** Its value never appears anywhere, not even in an error. */
  secret?: true;
  /** What the value may be, in words, where the schema cannot say it. */
  expects?: string;
  /** What stands in the table when there is no fixed default. */
  shown?: string;
}

export const meta = (options: Meta & { default?: unknown }) => options;
export const flag = (options: Meta) => Type.Boolean({ ...meta(options), default: false });
export const url = (value: string, description: string) =>
  Type.String({
    ...meta({ description, expects: "a URL such as https://queue.fal.run" }),
    default: value,
    pattern: "^https?://[^\\s]+$",
  });
export const choice = <const T extends string>(
  values: readonly T[],
  options: Meta & { default?: T },
) =>
  Type.Unsafe<T>(
    Type.Union(
      values.map((value) => Type.Literal(value)),
      { ...meta(options), enum: [...values] },
    ),
  );
export const keys = (options: Meta & { pattern: string }) =>
  Type.Array(Type.String({ pattern: options.pattern }), { ...meta(options), default: [] });
