/**
 * Joins by a declared matching instead of equal columns: each side makes further columns of its own rows, of hashed keys in
 * normal form, and, where records are compared by likeness, of filters and block keys. They are only ever shared.
 */
import type { Agreement } from './agreement.ts';
import { keysOfTable, likenessOfTable, type TableKey, type TableLikeness } from './agreement-matching.ts';
import type { PlanMatching, PlanRows } from './plan-rows.ts';
import { bitsBetween, type ColumnEncoding, HASH_BITS, MORE_HASH_BITS, moreOf } from './row-encoding.ts';

/** 64 bits of a record's filter each. */
const FILTER = 'f';
const BLOCK = 'b';
const KEY = 'k';
const NAME = /^[^#]+#([fbk])\d+(#2)?$/;
const WORD = 64;
/** Block keys choose what is compared; two different ones that are equal cost a pair more. */
export const BLOCK_BITS = 32;

const columns = ({ name }: PlanMatching, kind: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}#${kind}${i}`);

/** Names that no column of a table can have, in the order in which they are shared. */
export interface MatchingColumns {
  /** Both parts of each exact key's hash. */
  readonly keys: readonly (readonly [string, string])[];
  readonly filters: readonly string[];
  readonly blocks: readonly string[];
}

export function matchingColumns(matching: PlanMatching): MatchingColumns {
  const { keys, likeness } = matching;
  return {
    keys: columns(matching, KEY, keys).map((key) => [key, moreOf(key)] as const),
    filters: likeness === undefined ? [] : columns(matching, FILTER, likeness.bits / WORD),
    blocks: likeness === undefined ? [] : columns(matching, BLOCK, likeness.blocks),
  };
}

export const matchingColumnNames = (matching: PlanMatching): string[] => {
  const { keys, filters, blocks } = matchingColumns(matching);
  return [...keys.flat(), ...filters, ...blocks];
};

export const isMatchingColumn = (name: string): boolean => NAME.test(name);

/** Throws RangeError for any other column. A row without a key, or without a block key, has NULL there. */
export function matchingEncoding(name: string): ColumnEncoding {
  const [, kind, more] = NAME.exec(name) ?? [];
  if (kind === undefined) throw new RangeError('no column of a matching');
  const made = (low: bigint, high: bigint, nullable: boolean): ColumnEncoding => {
    return { column: name, kind: 'matching', minimum: low, maximum: high, bits: bitsBetween(low, high), nullable };
  };
  if (kind === FILTER) return made(-(1n << 63n), (1n << 63n) - 1n, false);
  if (kind === BLOCK) return made(-(1n << BigInt(BLOCK_BITS - 1)), (1n << BigInt(BLOCK_BITS - 1)) - 1n, true);
  if (more === undefined) return made(0n, (1n << HASH_BITS) - 1n, true);
  return { ...made(0n, (1n << MORE_HASH_BITS) - 1n, false), of: name.slice(0, -more.length) };
}

/** What a station needs to make a matching's columns of one of its tables. */
export interface RecordTerms {
  readonly matching: string;
  readonly keys: readonly TableKey[];
  readonly likeness: TableLikeness | null;
}

/** Matchings by which a plan joins rows of one of its sources, as the agreement declares them for its table. */
export function recordTermsOf(agreement: Pick<Agreement, 'matching'>, rows: PlanRows, source: number): RecordTerms[] {
  const names = rows.joins.flatMap(({ matching }, i) =>
    matching !== undefined && (matching.source === source || i + 1 === source) ? [matching.name] : [],
  );
  const table = rows.sources[source]?.table ?? '';
  return [...new Set(names)].map((matching) => {
    const declared = keysOfTable(agreement, matching, table);
    if (declared === null) throw new RangeError('the agreement has no such matching for this table');
    return { matching, keys: declared.keys, likeness: likenessOfTable(agreement, matching, table) };
  });
}
