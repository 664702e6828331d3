/** Rows of one side that have a partner under a declared matching: one of their keys is equal, or they are alike. */
import { linkedFlags, linkOnSecrets, type SecretRecords } from '@sluis/linkage';
import { matchingColumns, matchingEncoding, type PlanMatching } from '@sluis/model';
import type { Committee, JoinSide, SecretBits, SecretColumn } from '@sluis/technique';
import type { Lowering } from './lower.ts';
import { anyOf } from './presence.ts';
import type { Node } from './program.ts';
import { columnKey, type RowTable } from './row-table.ts';
import { TableProgram } from './table-program.ts';

export interface Matched {
  /** In the order of the rows on the left. */
  readonly partner: SecretBits;
  /** Whether all candidates had room; empty where only keys are compared. */
  readonly fits: readonly SecretBits[];
}

/**
 * Run by: all three compute parties, in step.
 *
 * @param right - rows of source `index + 1`; those that take no part are nobody's partner.
 * Learns: nobody anything. Cost: for each key a semi join; for likeness what `linkOnSecrets` and `linkedFlags` cost.
 */
export async function matchRows(
  committee: Committee,
  index: number,
  matching: PlanMatching,
  left: RowTable,
  right: RowTable,
): Promise<Matched> {
  const l = await sideOf(committee, matching, left, matching.source);
  const r = await sideOf(committee, matching, right, index + 1);
  const found: SecretBits[] = [];
  for (const [k, key] of l.keys.entries()) {
    const [a, b] = [joinSide(key, l.length), joinSide(r.keys[k] as MatchingKey, r.length)];
    found.push((await committee.join('semi', a, b)).valid);
  }
  const fits: SecretBits[] = [];
  if (matching.likeness !== undefined) {
    const links = await linkOnSecrets(committee, matching.likeness, l, r);
    found.push(await linkedFlags(committee, links, l.length));
    fits.push(links.fits);
  }
  return { partner: await committee.and(await anyOf(committee, found), left.valid), fits };
}

interface MatchingKey {
  readonly parts: readonly SecretColumn[];
  /** Rows that have it; the parts of others are 0. */
  readonly valid: SecretBits;
}

interface MatchingSide extends SecretRecords {
  readonly keys: readonly MatchingKey[];
}

/** Bits of both parts of a key. */
export const keyBitsOf = (matching: PlanMatching): number[] =>
  (matchingColumns({ ...matching, keys: 1 }).keys[0] ?? []).map((name) => matchingEncoding(name).bits);

const joinSide = ({ parts, valid }: MatchingKey, length: number): JoinSide => {
  const bits = keyBitsOf({ name: 'any', source: 0, keys: 1 });
  return {
    table: { length, columns: [], bits: [] },
    keys: parts.map((column, p) => ({ column, bits: bits[p] as number })),
    valid,
    unique: false,
  };
};

interface KeyNodes {
  readonly valid: Node;
  readonly parts: readonly Node[];
}

/**
 * Exact keys, then block keys. What a missing key holds was never checked: out of bounds, it would stand anywhere in a
 * sort.
 */
export function matchingNodes({ program, columnOf }: Lowering, rowValid: Node, matching: PlanMatching, source: number): KeyNodes[] {
  const { keys, blocks } = matchingColumns(matching);
  return [...keys, ...blocks.map((b) => [b])].map((names) => {
    const columns = names.map((name) => columnOf(source, name));
    const valid = program.and(rowValid, columns[0]?.present as Node);
    return { valid, parts: columns.map((c) => program.mask(valid, c.node)) };
  });
}

async function sideOf(committee: Committee, matching: PlanMatching, table: RowTable, source: number): Promise<MatchingSide> {
  const on = new TableProgram(table);
  const nodes = matchingNodes(on.lowering, on.valid, matching, source);
  const values = await on.run(
    committee,
    nodes.flatMap(({ valid, parts }) => [valid, ...parts]),
  );
  const taken = nodes.map(({ valid, parts }): MatchingKey => ({ valid: values.bits(valid), parts: parts.map((p) => values.column(p)) }));
  return {
    length: table.length,
    keys: taken.slice(0, matching.keys),
    filters: matchingColumns(matching).filters.map((name) => table.columns.get(columnKey(source, name))?.values as SecretColumn),
    blocks: taken.slice(matching.keys).map(({ valid, parts }) => ({ valid, keys: parts[0] as SecretColumn })),
  };
}
