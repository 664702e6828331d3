/** Answers as people and programs get them (docs/cli). */

/** JSON value of a cell: integers to 2^53 − 1 as numbers, larger ones and DECIMAL as text, dates as ISO 8601 text. */
export type ScalarValue = number | string | boolean | null;

/** A MAP is a list of its keys and values, in the order of the keys. */
export type CellValue = ScalarValue | readonly (readonly [key: ScalarValue, value: ScalarValue])[];

export interface SuppressedGroup {
  readonly group: Readonly<Record<string, CellValue>>;
  readonly cells: readonly string[];
  readonly reason: string;
}

export interface ResultColumn {
  readonly name: string;
  readonly type: string;
  /**
   * Of a column of hashes: the column of texts before it. Where that is NULL and the hash is not, the text is none of the
   * receiver's own.
   */
  readonly hashOf?: string | undefined;
}

export interface ResultTable {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly CellValue[])[];
  readonly suppressed: readonly SuppressedGroup[];
}

/** What an explanation says, under headings that the console and the command line show. */
export interface Explanation {
  readonly sentences: readonly { readonly about: ExplainTopic; readonly text: string }[];
  readonly cost: { readonly rounds: number; readonly bytes: number; readonly seconds: number };
}
export type ExplainTopic = 'sends' | 'committee' | 'receiver' | 'coalition' | 'suppression' | 'noise' | 'intermediate' | 'cost' | 'sandbox';
