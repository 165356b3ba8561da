/** One step of the schema. */

export interface Migration {
  name: string;
  /** SQL that SQLite and PostgreSQL both take. */
  statements: readonly string[];
}
