/** What the planner needs of an SQL engine: parsing, printing, and evaluating closed statements (no tables, no files). */

export interface SqlTable {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  /** Values as text (DuckDB's CAST to VARCHAR) or null. */
  readonly rows: readonly (readonly (string | null)[])[];
}

export interface SqlEngine {
  /** The parsed statement as DuckDB's `json_serialize_sql` gives it; throws RefusedError `plan/syntax` with the parser's message. */
  parse(sql: string): Promise<unknown>;
  /** The statement's text (`json_deserialize_sql`). */
  print(ast: unknown): Promise<string>;
  /** Runs statements that use no table, file or network, in an empty, locked database. Used for domains and types. */
  evaluate(sql: string): Promise<SqlTable>;
}
