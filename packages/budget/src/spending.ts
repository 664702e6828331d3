/** Whether a charge fits in an agreement's budgets, and if not, which one it breaks. Storing charges is the caller's work. */
import { RefusedError } from '@sluis/base';
import type { NoiseTerms, PrivacyEvent, PrivacyUnit } from '@sluis/model';
import type { Spending } from './accountant.ts';
import { allowed, type Charges, spentEpsilon } from './filter.ts';
import { parseRational, rational, rationalText } from '@sluis/math';
import { atMost } from './exact-number.ts';

/** What one question costs one table. A question over several tables is charged to each of them. */
export interface Charge {
  readonly table: string;
  readonly unit: PrivacyUnit;
  readonly analyst: string;
  /** The template, or `ad-hoc`. */
  readonly purpose: string;
  readonly events: readonly PrivacyEvent[];
}

export type BudgetTerms = NoiseTerms['budget'];

/** One limit as it stands after a charge, all ε at its δ and rounded up. */
export interface Standing {
  readonly scope: 'table' | 'analyst' | 'purpose';
  /** Name of the table, or "analyst on table". */
  readonly of: string;
  readonly limit: Spending;
  readonly before: number;
  readonly after: number;
  readonly fits: boolean;
}

/** Every limit that the charges asked for touch, in the order table, analyst, purpose. `past` may hold charges of other tables. */
export function standings(past: readonly Charge[], asked: readonly Charge[], terms: BudgetTerms): Standing[] {
  const tables = [...new Set(asked.map((c) => c.table))];
  const out: Standing[] = [];
  for (const table of tables) {
    const [before, now] = [past.filter((c) => c.table === table), asked.filter((c) => c.table === table)];
    out.push(standing('table', table, terms, before, now));
    for (const [scope, limit] of [['analyst', terms.per_analyst] as const, ['purpose', terms.per_purpose] as const]) {
      if (limit === undefined) continue;
      for (const name of new Set(now.map((c) => c[scope]))) {
        const its = (c: Charge): boolean => c[scope] === name;
        out.push(standing(scope, `${name} on ${table}`, limit, before.filter(its), now.filter(its)));
      }
    }
  }
  return out;
}

/**
 * Grants charges that fit in every limit. Run by: every station that holds one of the tables, before noise is sampled, and
 * with the charges it has stored, under the lock under which it stores these.
 *
 * @throws RefusedError `budget/exhausted` names the first limit that would be broken, what is left of it and what was needed.
 * @throws RefusedError `budget/unit-changed` where earlier charges protect less than the unit asked for now.
 */
export function grant(past: readonly Charge[], asked: readonly Charge[], terms: BudgetTerms): Standing[] {
  for (const charge of asked) refuseWeakerUnits(past, charge);
  const all = standings(past, asked, terms);
  const broken = all.find((s) => !s.fits);
  if (broken !== undefined) throw exhausted(broken, past, asked);
  return all;
}

function standing(scope: Standing['scope'], of: string, limit: Spending, past: readonly Charge[], asked: readonly Charge[]): Standing {
  const [spent, added] = [past.map((c) => c.events), asked.flatMap((c) => c.events)];
  return {
    scope,
    of,
    limit: { epsilon: limit.epsilon, delta: limit.delta },
    // Granting needs neither: they cost more than deciding does.
    get before() {
      return spentEpsilon(spent, limit.delta);
    },
    get after() {
      return spentEpsilon([...spent, added], limit.delta);
    },
    fits: allowed(spent, added, limit),
  };
}

/**
 * The largest ε of one more purely private question that still fits, as decimal text of at most six digits; "0" if none.
 * What a question of another kind can still cost differs: only its own price tells.
 */
export function remaining(spent: Charges, limit: Spending): string {
  const fits = (n: bigint, unit: bigint): boolean =>
    allowed(spent, [{ kind: 'guarantee', epsilon: rationalText(rational(n, unit)), delta: '0', times: 1 }], limit);
  const total = parseRational(limit.epsilon);
  const unit = 1_000_000n;
  let [low, high] = [0n, (total.numerator * unit) / total.denominator + 1n];
  if (!fits(0n, unit)) return '0';
  while (high - low > 1n) {
    const middle = (low + high) / 2n;
    if (atMost(rational(middle, unit), total) && fits(middle, unit)) low = middle;
    else high = middle;
  }
  const text = `${low / unit}.${String(low % unit).padStart(6, '0')}`;
  return text.replace(/\.?0+$/, '') || '0';
}

/** A guarantee for many rows at once covers each row; nothing else covers another unit. */
function refuseWeakerUnits(past: readonly Charge[], charge: Charge): void {
  const covers = (unit: PrivacyUnit): boolean => charge.unit.kind === 'row' || sameUnit(unit, charge.unit);
  if (past.every((c) => c.table !== charge.table || covers(c.unit))) return;
  throw new RefusedError('budget/unit-changed', {
    stage: 'mechanism',
    message: `Earlier answers about table ${charge.table} protect another unit than ${unitText(charge.unit)}, so what they cost such a unit can't be told.`,
    remedy: 'Put the earlier privacy unit back into the agreement, or agree on a new table with data that no answer was given about.',
  });
}

const sameUnit = (a: PrivacyUnit, b: PrivacyUnit): boolean =>
  a.kind === b.kind && (a.kind !== 'column' || (b.kind === 'column' && a.column === b.column));
const unitText = (unit: PrivacyUnit): string => (unit.kind === 'column' ? `the values of column ${unit.column}` : `one ${unit.kind}`);

const SCOPES = { table: 'of table', analyst: 'of analyst', purpose: 'of purpose' } as const;

function exhausted(s: Standing, past: readonly Charge[], asked: readonly Charge[]): RefusedError {
  const table = asked.find((c) => s.of === c.table || s.of.endsWith(` on ${c.table}`))?.table;
  const spent = past.filter((c) => c.table === table && (s.scope === 'table' || s.of === `${c[s.scope]} on ${table}`)).map((c) => c.events);
  const needs = Number.isFinite(s.after) ? `epsilon ${shown(s.after)} in all` : 'a larger delta than the limit has';
  return new RefusedError('budget/exhausted', {
    stage: 'mechanism',
    message:
      `The privacy budget ${SCOPES[s.scope]} ${s.of} is epsilon ${s.limit.epsilon} at delta ${s.limit.delta}. ` +
      `Epsilon ${Number.isFinite(s.before) ? shown(s.before) : 'beyond it'} is spent; with this question it would take ${needs}. ` +
      `A question of epsilon ${remaining(spent, s.limit)} at most still fits.`,
    remedy: 'Ask for a smaller epsilon or a wider margin, or have the parties agree on a larger budget.',
  });
}

/** Four decimals, rounded up but for what accountants add to be safe. */
const shown = (value: number): string => String(Math.ceil(value * (1 - 1e-9) * 1e4) / 1e4);
