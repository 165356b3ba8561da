/** What clients call an endpoint's fields: who is refused one is told of the parameter that he knows. */

/** A field, and the parameter that it was said in. Any other field bears the client's own name. */
export type ClientsWords = Readonly<Record<string, string>>;

/** `table`: the fields that a parameter may be said in. What the client has `written` itself keeps its name. */
export function clientsWords(
  table: Readonly<Record<string, readonly string[]>>,
  written: object = {},
): ClientsWords {
  return Object.fromEntries(
    Object.entries(table).flatMap(([param, fields]) =>
      fields.filter((field) => !Object.hasOwn(written, field)).map((field) => [field, param]),
    ),
  );
}
