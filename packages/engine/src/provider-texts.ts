/** Texts of a station's own dataset that are wanted by their hashes. */
import { type Database, quoteName } from './database.ts';

/**
 * Reads the different texts of columns of the view of a shared table. Run by: a receiver, in its own engine.
 *
 * @returns those that are wanted, each once per column.
 */
export async function readTexts(
  database: Database,
  table: string,
  columns: readonly string[],
  wanted: (text: string) => boolean,
  signal: AbortSignal,
): Promise<string[]> {
  const found: string[] = [];
  for (const column of columns.map(quoteName)) {
    const statement = `SELECT DISTINCT ${column} FROM ${quoteName(table)} WHERE ${column} IS NOT NULL`;
    for await (const chunk of database.chunks(statement)) {
      signal.throwIfAborted();
      for (const text of chunk.getColumnValues(0) as string[]) if (wanted(text)) found.push(text);
    }
  }
  return found;
}
