/** USING SAMPLE: a share of what matches, or of items, chosen by a hash that nobody alone controls. */
import { isAst, text, type Ast } from './ast.ts';
import type { Relation } from './relation.ts';
import { unsupported } from './refusal.ts';

/** A hash is below this in every case. */
export const ALL_HASHES = 2 ** 16;

/**
 * Of 65,536 hashes the number that is in the sample, or null without one. Throws RefusedError `plan/unsupported` but for a
 * percentage of joined rows or items.
 */
export function sampleOf(node: Ast, relation: Relation): number | null {
  const sample = node['sample'];
  if (!isAst(sample)) return null;
  if (relation.joins.length === 0 && relation.merging === undefined)
    throw unsupported('USING SAMPLE over rows that are not matched', 'Ask over all rows, or of a join or of items: … USING SAMPLE 20%.');
  if (relation.joins.some((j) => j.matching !== undefined))
    throw unsupported('USING SAMPLE of what a matching finds', 'Partners have no key in common to draw by: ask over all of them.');
  const size = isAst(sample['sample_size']) ? Number(sample['sample_size']['value']) : Number.NaN;
  if (sample['is_percentage'] !== true || !(size > 0 && size <= 100))
    throw unsupported('USING SAMPLE of a number of rows', 'Give a percentage: USING SAMPLE 20%.');
  if (sample['seed'] !== -1) throw unsupported('REPEATABLE', 'The compute parties draw a new secret key in every run.');
  if (text(sample['method']) === 'Reservoir') throw unsupported('USING SAMPLE reservoir', 'Give a percentage: USING SAMPLE 20%.');
  return Math.max(1, Math.round((size / 100) * ALL_HASHES));
}

/** A percentage such as 30.0 is a double, which JSON writes as a whole number: DuckDB then reads it as one only by its type. */
export function withWholeSamples(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withWholeSamples);
  if (!isAst(value)) return value;
  const out = Object.fromEntries(Object.entries(value).map(([k, v]) => [k, withWholeSamples(v)]));
  const { sample_size: size } = out;
  if (!isAst(size) || !Number.isInteger(size['value'])) return out;
  return { ...out, sample_size: { ...size, type: { id: 'BIGINT', type_info: null } } };
}
