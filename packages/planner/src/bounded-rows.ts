/**
 * Bounding what one privacy unit contributes, in a provider's engine: before anything is added up, the unit's rows beyond
 * its groups and rows per group are left out. Which ones is decided by a hash of the unit's own rows, so that the choice is
 * the same for every aggregate and cell of a question, and nobody else's rows influence it: for any choice of the hash, one
 * unit changes no more than the bounds say.
 */
import { toHex, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import type { Plan } from '@sluis/model';
import { splitNoiseClause } from './noise-clause.ts';
import { quoteName, quoteText } from './quote.ts';

/** Names that no column of a shared table can have. */
const ROW = '"sluis row"';
const GROUP = '"sluis group"';

/**
 * SELECT of the rows that count, out of `rows` (a FROM item whose columns are the table's and the keys' under the names
 * `keys`). The text is `rows` itself where a unit is a row, which cannot count more than once.
 *
 * Run by: a provider. Learns: nobody anything. Two rows that are equal in every column stand for each other.
 */
export function boundedRows(plan: Plan, rows: string, keys: readonly string[]): string {
  const { noise } = plan;
  if (noise === undefined || noise.bounds === null) return rows;
  const { unit, bounds } = noise;
  const seed = quoteText(toHex(taggedHash('sluis/bounded-rows/1', utf8(`${plan.agreement}\n${questionText(plan)}`))).slice(0, 32));
  const owner = unit.kind === 'column' ? [quoteName(unit.column)] : [];
  const within = [...owner, ...keys];
  const ranks = [`row_number() OVER (${partition(within)}ORDER BY hash(${seed}, rows_)) AS ${ROW}`];
  const conditions = [`${ROW} <= ${bounds.rowsPerGroup}`];
  if (unit.kind === 'column' && keys.length > 0) {
    ranks.push(`dense_rank() OVER (${partition(owner)}ORDER BY hash(${[seed, ...within].join(', ')}), ${keys.join(', ')}) AS ${GROUP}`);
    conditions.push(`${GROUP} <= ${bounds.groups}`);
  }
  return `(SELECT * EXCLUDE (${[ROW, ...(ranks.length > 1 ? [GROUP] : [])].join(', ')}) FROM (SELECT *, ${ranks.join(', ')} FROM ${rows}) AS ranked_ WHERE ${conditions.join(' AND ')}) AS rows_`;
}

/** However much noise is asked for, the rows that count are the same: so answers to one question can be combined. */
const questionText = ({ sql }: Plan): string => splitNoiseClause(sql).sql.replace(/;?\s*$/, '');

const partition = (by: readonly string[]): string => (by.length === 0 ? '' : `PARTITION BY ${by.join(', ')} `);
