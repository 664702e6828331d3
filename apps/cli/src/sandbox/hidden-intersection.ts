/** The agreement and question of `sluis intersect` where three compute parties match on secrets, and nobody learns which. */
import { inspectFiles } from '@sluis/engine';
import { type Agreement, agreementSchema, type Card, checkAgreement, type ColumnProposal, type MatchingTerms } from '@sluis/model';
import { draftSandbox, type SandboxTable } from './draft.ts';
import type { IntersectionSide } from './intersection-draft.ts';

export interface HiddenWish {
  readonly sides: readonly IntersectionSide[];
  readonly mode: 'size' | 'sum' | 'flags' | 'union' | 'at-least';
  /** Instead of equal keys, with two sides. */
  readonly matching: MatchingTerms | null;
  /** Whose column is summed. */
  readonly value: { readonly side: number; readonly column: string } | null;
  readonly threshold: number | null;
  readonly minimum: number;
  readonly threatModel: 'semi-honest' | 'malicious';
  /** With `flags`: a question over `matches`, the rows of the first side that match. */
  readonly ask: string | null;
}

export interface HiddenTrial {
  readonly sql: string;
  readonly tables: readonly SandboxTable[];
  /** Organisations of the sides, then those without data. */
  readonly names: readonly string[];
  readonly committee: readonly [string, string, string];
  readonly receiver: string;
}

const quote = (name: string): string => `"${name}"`;
const keyColumn = (name: string): ColumnProposal => ({ name, type: 'VARCHAR', nullable: true });
const tableName = ({ sides, matching }: HiddenWish, side: IntersectionSide): string =>
  matching?.tables[sides.indexOf(side)] ?? `rows_${side.name.toLowerCase()}`;
const MATCHING = 'terms';
export const UNION_TABLE = 'items';

/** Looks at the files (in the clear: this is a sandbox) for sizes and for the columns that the question needs. */
export async function hiddenTrial(wish: HiddenWish): Promise<HiddenTrial> {
  const { sides, mode } = wish;
  const union = sides.length > 2 || mode === 'union' || mode === 'at-least';
  const found = await Promise.all(sides.map((s) => inspectFiles([s.file])));
  const rows = (i: number) => found[i]?.files[0]?.rows ?? 0;
  const names = sides.map((s) => s.name);
  const [a, b, c = 'helper'] = names;
  if (a === undefined || b === undefined) throw new RangeError('there are two sides');
  // With two sides the third compute party has no data, and may receive; with three a station apart does.
  const receiver = sides.length === 2 ? c : 'analyst';
  const tables: SandboxTable[] = union
    ? [
        {
          name: UNION_TABLE,
          kind: 'union',
          providers: names,
          columns: (sides[0]?.key ?? []).map(keyColumn),
          maximumRows: Math.max(...names.map((_, i) => rows(i))),
        },
      ]
    : sides.map((side, i) => ({
        name: tableName(wish, side),
        kind: 'owner' as const,
        providers: [side.name],
        columns: columnsOf(wish, i, found[i]?.columns ?? []),
        maximumRows: rows(i),
      }));
  return {
    sql: union ? unionSql(wish) : pairSql(wish),
    tables,
    names: [...new Set([...names, c, receiver])],
    committee: [a, b, c],
    receiver,
  };
}

/** The key as text, and what else the question uses. */
function columnsOf({ sides, mode, value }: HiddenWish, i: number, found: readonly ColumnProposal[]): ColumnProposal[] {
  const key = sides[i]?.key ?? [];
  const others = found.filter((c) => !key.includes(c.name) && (mode === 'flags' ? i === 0 : value?.side === i && value.column === c.name));
  return [...key.map(keyColumn), ...others];
}

function unionSql({ sides, mode, threshold }: HiddenWish): string {
  const key = (sides[0]?.key ?? []).map(quote).join(', ');
  if (mode === 'union' && sides[0]?.key.length === 1) return `SELECT count(DISTINCT ${key}) AS size FROM ${UNION_TABLE}`;
  const least = mode === 'union' ? 1 : (threshold ?? sides.length);
  const present = (sides[0]?.key ?? []).map((c) => `${quote(c)} IS NOT NULL`).join(' AND ');
  return `SELECT count(*) AS size FROM (SELECT ${key} FROM ${UNION_TABLE} WHERE ${present} GROUP BY ${key} HAVING count(DISTINCT organisation) >= ${least})`;
}

function pairSql(wish: HiddenWish): string {
  const { sides, mode, value, ask, matching } = wish;
  const [a, b] = sides;
  if (a === undefined || b === undefined) throw new RangeError('there are two sides');
  const present = (s: IntersectionSide) => s.key.map((c) => `${quote(c)} IS NOT NULL`).join(' AND ');
  const keys = (s: IntersectionSide) => `SELECT ${s.key.map(quote).join(', ')} FROM ${tableName(wish, s)} WHERE ${present(s)}`;
  if (mode === 'size' && matching === null) return `SELECT count(*) AS size FROM (${keys(a)} INTERSECT ${keys(b)})`;
  const [holder, other] = value?.side === 1 ? [b, a] : [a, b];
  const equal = holder.key.map((c, i) => `h.${quote(c)} = o.${quote(other.key[i] ?? c)}`).join(' AND ');
  const on = matching === null ? equal : `matches('${MATCHING}')`;
  const matches = `FROM ${tableName(wish, holder)} h SEMI JOIN ${tableName(wish, other)} o ON ${on}`;
  if (mode === 'sum') return `SELECT count(*) AS size, sum(h.${quote(value?.column ?? '')}) AS total ${matches}`;
  return ask === null ? `SELECT count(*) AS size ${matches}` : `WITH matches AS (SELECT h.* ${matches}) ${ask}`;
}

/** Throws InvalidError if no agreement can be drafted. */
export function draftHidden(trial: HiddenTrial, wish: HiddenWish, cards: readonly Card[], now: number): Agreement {
  const roles = { cards, committee: trial.committee, receivers: [trial.receiver] };
  const { agreement } = draftSandbox(roles, trial.tables, { threatModel: wish.threatModel }, now);
  const drafted = agreementSchema.parse({
    ...agreement,
    ...(wish.matching === null ? {} : { matching: { [MATCHING]: wish.matching } }),
    title: 'Sandbox made by sluis intersect',
    output: { ...agreement.output, minimum_rows: Math.max(1, wish.minimum), minimum_organisations: 1 },
    limits: { ...agreement.limits, run_seconds: 7200 },
  });
  checkAgreement(drafted);
  return drafted;
}
