/** What a station keeps of a connected dataset, and the view that it makes of it: rows that break the agreement never enter. */
import { StationError } from '@sluis/base';
import { z } from 'zod';
import { type ColumnSpec, clippedSql, keepSql, plainSql, withTypedSql } from './column-check.ts';
import { quoteName } from './database.ts';

const fingerprintSchema = z.strictObject({ path: z.string(), size: z.string(), modified: z.string(), inode: z.string() });
const columnSpecSchema = z.strictObject({
  name: z.string(),
  source: z.string(),
  sourceType: z.string(),
  type: z.string(),
  nullable: z.boolean(),
  domain: z
    .union([z.strictObject({ values: z.array(z.string()) }), z.strictObject({ range: z.tuple([z.string(), z.string()]) })])
    .nullable(),
  bounds: z.tuple([z.string(), z.string()]).nullable(),
});

export const bindingSchema = z.strictObject({
  format: z.literal('sluis-binding/1'),
  table: z.string(),
  /** SELECT with absolute paths. */
  sql: z.string(),
  files: z.array(fingerprintSchema),
  /** Of CSV files whose fields have names by their places: what their first lines were (see `csvHeads`). */
  heads: z.record(z.string(), z.string()).optional(),
  columns: z.array(columnSpecSchema),
  violations: z.enum(['refuse', 'clip', 'drop']),
  maximumRows: z.number().int(),
  /** Columns in which the check found no violation. */
  clean: z.array(z.string()),
});
export type Binding = z.infer<typeof bindingSchema>;

export function parseBinding(text: string): Binding {
  try {
    return bindingSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new StationError('dataset/binding-unreadable', {
      stage: 'dataset',
      message: 'The stored binding of this dataset cannot be read by this release.',
      remedy: 'Connect the dataset again: sluis dataset connect',
      cause,
    });
  }
}

/**
 * The view of the shared table over its source.
 *
 * @param trusted - the source is byte for byte the one that was checked: columns without violations need no second look.
 */
export function viewSql(binding: Binding, trusted: boolean): string {
  const clean = new Set(trusted || binding.violations === 'refuse' ? binding.clean : []);
  const value = (spec: ColumnSpec) => (clean.has(spec.name) ? plainSql(spec) : clippedSql(spec));
  const columns = binding.columns.map((spec) => `${value(spec)} AS ${quoteName(spec.name)}`);
  const checked = binding.columns.filter((spec) => !clean.has(spec.name));
  const keep = checked.flatMap((spec) => keepSql(spec, binding.violations) ?? []);
  const where = keep.length === 0 ? '' : ` WHERE ${keep.join(' AND ')}`;
  return `CREATE VIEW ${quoteName(binding.table)} AS SELECT ${columns.join(', ')} FROM (${withTypedSql(binding.sql, checked)}) AS source${where}`;
}
