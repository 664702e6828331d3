/** Rows with a partner under a matching of an agreement, found in the clear by the keys and filters of one plan. */
import { linkInTheClear } from '@sluis/linkage';
import { type Agreement, likenessOfTable, matchingColumnNames, matchingEncoding, type PlanRows, recordTermsOf } from '@sluis/model';
import { makeMatching } from '../../packages/engine/src/matching-columns.ts';

export interface ClearSide {
  readonly table: string;
  /** CSV without quotes; empty values are missing. */
  readonly csv: string;
}

/** @param plan - hash of the plan, as the receipt has it. @returns row numbers of the first side, in no order. */
export function partnersInTheClear(agreement: Agreement, matching: string, sides: readonly [ClearSide, ClearSide], plan: string): number[] {
  const [l, r] = sides.map((_, source) => columnsOf(agreement, matching, sides, source, plan)) as [Made, Made];
  const found = new Set<number>();
  for (const [k, keys] of l.keys.entries()) {
    const known = new Set(r.keys[k]?.filter((key) => key !== null));
    for (const [row, key] of keys.entries()) if (key !== null && known.has(key)) found.add(row);
  }
  const likeness = likenessOfTable(agreement, matching, sides[0].table);
  if (likeness !== null) for (const { left } of linkInTheClear(likeness.terms, l, r).links) found.add(left);
  return [...found];
}

type Made = ReturnType<typeof columnsOf>;

function columnsOf(agreement: Agreement, matching: string, sides: readonly ClearSide[], source: number, plan: string) {
  const rows = { joins: [{ matching: { name: matching, source: 0 } }], sources: sides.map(({ table }) => ({ table })) };
  const [terms] = recordTermsOf(agreement, rows as unknown as PlanRows, source);
  if (terms === undefined) throw new RangeError('no such matching');
  const { bits = 0, blocks = [], threshold, maximumPairs = 0 } = terms.likeness?.terms ?? {};
  const likeness = threshold === undefined ? {} : { likeness: { bits, threshold, blocks: blocks.length, maximumPairs } };
  const names = matchingColumnNames({ name: matching, source: 0, keys: terms.keys.length, ...likeness });
  const [head = '', ...lines] = (sides[source]?.csv ?? '').trim().split(/\r?\n/);
  const cells = lines.map((line) => line.split(','));
  const texts = new Map(head.split(',').map((column, i) => [column, cells.map((c) => (c[i] === '' ? null : (c[i] ?? null)))]));
  const { columns } = makeMatching(terms, names.map(matchingEncoding), texts, { collaboration: agreement.collaboration, plan });
  const vector = (name: string, part = 0): BigUint64Array => {
    const values = columns.get(`${matching}#${name}`)?.[part];
    if (values === undefined) throw new RangeError(`no ${name}`);
    return values;
  };
  const { length } = lines;
  const filters = new BigUint64Array((bits / 64) * length);
  for (let w = 0; w < bits / 64; w++) filters.set(vector(`f${w}`), w * length);
  return {
    length,
    empty: 0,
    filters,
    blocks: blocks.map((_, b) => ({ keys: vector(`b${b}`), valid: Uint8Array.from(vector(`b${b}`, 1), Number) })),
    keys: terms.keys.map((_, k) =>
      Array.from({ length }, (__, i) => (vector(`k${k}`, 1)[i] === 0n ? null : `${vector(`k${k}`)[i]} ${vector(`k${k}#2`)[i]}`)),
    ),
  };
}
