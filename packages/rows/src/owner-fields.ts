/**
 * Presence of organisations in groups that come from sorting: several counts of rows share one 64-bit column, a field
 * each, so that a sort carries few columns however many organisations there are.
 */
import type { Committee, SecretBits, SecretColumn } from '@sluis/technique';
import { anyOf, sumOfParts } from './presence.ts';
import type { RowFacts } from './row-facts.ts';
import { stretchesOf } from './summands.ts';

const ROOM = 62;

export interface OwnerFields {
  /** Columns to be summed by group; 0 where a row does not count. */
  readonly columns: readonly SecretColumn[];
  /** From their sums: per contribution, how many organisations have rows in each group. */
  present(committee: Committee, sums: readonly SecretColumn[]): Promise<SecretColumn[]>;
}

export const ownersOf = (facts: RowFacts): number =>
  facts.owners.kind === 'public' ? facts.owners.names.length : facts.owners.bits.length;

export const fieldWidth = (rows: number): number => rows.toString(2).length;

/** How many columns the fields of so many owners and contributions take. */
export const fieldColumns = (rows: number, owners: number, contributions: number): number =>
  Math.ceil((owners * contributions) / fieldsPerColumn(rows));

export const fieldsPerColumn = (rows: number): number => Math.floor(ROOM / fieldWidth(rows));

/** @param counts - per contribution, 0 or 1 per row. Run by: all three compute parties. Learns: nobody anything. */
export async function ownerFields(committee: Committee, facts: RowFacts, counts: readonly SecretColumn[]): Promise<OwnerFields> {
  const width = fieldWidth(facts.length);
  const per = Math.floor(ROOM / width);
  const owners = ownersOf(facts);
  const fields = owners * counts.length;
  const columns: SecretColumn[] = [];
  for (let first = 0; first < fields; first += per) {
    const parts: SecretColumn[] = [];
    for (let field = first; field < Math.min(first + per, fields); field++) {
      const own = await ownPart(committee, facts, counts[Math.floor(field / owners)] as SecretColumn, field % owners);
      parts.push(committee.scale(own, 1n << BigInt(width * (field - first))));
    }
    columns.push(committee.sum(parts));
  }
  return { columns, present: (c, sums) => presentOf(c, sums, { width, per, owners, contributions: counts.length }) };
}

/** The counts of one owner's rows, 0 in the others'. */
async function ownPart(committee: Committee, facts: RowFacts, counts: SecretColumn, owner: number): Promise<SecretColumn> {
  if (facts.owners.kind === 'secret') return committee.mask(facts.owners.bits[owner] as SecretBits, counts);
  const parts = stretchesOf(facts.owners.ownerOf, 0, facts.length).map((s) =>
    s.owner === owner ? committee.slice(counts, s.from, s.length) : committee.constant(s.length, 1, 0n),
  );
  return committee.concat(parts);
}

interface FieldShape {
  readonly width: number;
  readonly per: number;
  readonly owners: number;
  readonly contributions: number;
}

async function presentOf(committee: Committee, sums: readonly SecretColumn[], shape: FieldShape): Promise<SecretColumn[]> {
  const { width, per, owners, contributions } = shape;
  const slots = sums[0]?.length ?? 0;
  const slices: SecretBits[][] = [];
  for (const column of sums) slices.push(await committee.toBits(column, Math.min(64, per * width)));
  const fields = Array.from({ length: owners * contributions }, (_, f) => {
    const [column, place] = [slices[Math.floor(f / per)] as SecretBits[], f % per];
    return column.slice(place * width, (place + 1) * width);
  });
  const byPosition = Array.from({ length: width }, (_, b) => committee.concatBits(fields.map((f) => f[b] as SecretBits)));
  const present = await committee.inject(await anyOf(committee, byPosition), 1);
  return Array.from({ length: contributions }, (_, c) =>
    sumOfParts(committee, committee.slice(present, c * owners * slots, owners * slots), slots),
  );
}
