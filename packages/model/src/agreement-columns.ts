/** Checks on one column of an agreement: domains, bounds and what the granted uses need. */
import type { Column } from './agreement.ts';
import { decimalType, decimalUnits, literalKey, NUMERIC_TYPE, ordinal, scaleOf, unitLimits } from './agreement-literals.ts';

/** Something wrong in an agreement, where, and what to do about it. */
export interface AgreementProblem {
  readonly path: readonly (string | number)[];
  readonly what: string;
  readonly remedy: string;
}

/** Most values a column may have to be grouped by. */
export const MAXIMUM_DOMAIN = 1_000_000;

type Found = AgreementProblem[];

function checkType(column: Column, path: AgreementProblem['path'], found: Found): void {
  const decimal = decimalType(column.type);
  if (decimal !== null && (decimal.precision < 1 || decimal.precision > 18 || decimal.scale > decimal.precision)) {
    found.push({
      path: [...path, 'type'],
      what: `${column.type} is not supported`,
      remedy: 'use a precision of 1 to 18 and a scale not above it',
    });
  }
  if (column.scale !== undefined && column.type !== 'DOUBLE') {
    found.push({ path: [...path, 'scale'], what: `a ${column.type} column has no separate scale`, remedy: 'leave "scale" out' });
  }
}

function checkUses(column: Column, path: AgreementProblem['path'], found: Found): void {
  const has = (use: Column['uses'][number]) => column.uses.includes(use);
  if (new Set(column.uses).size !== column.uses.length)
    found.push({ path: [...path, 'uses'], what: 'a use stands twice', remedy: 'name each use once' });
  // Without a domain values stay secret until a group passes, on shares. Of text a hash is opened then, which tells it apart.
  const hashed = column.type === 'VARCHAR' && has('reveal');
  if (has('group') && column.domain === undefined && !hashed && (column.type === 'VARCHAR' || column.type === 'DOUBLE')) {
    const or = column.type === 'VARCHAR' ? ', or the use "reveal", with which a hash of each value that passes is opened' : '';
    found.push({
      path: [...path, 'uses'],
      what: 'the use "group" needs a declared domain',
      remedy: `add "domain" with "values" or "range"${or}, or take "group" out`,
    });
  }
  if (has('aggregate') && NUMERIC_TYPE.test(column.type) && column.bounds === undefined) {
    found.push({
      path: [...path, 'uses'],
      what: 'the use "aggregate" on a number needs bounds',
      remedy: 'add "bounds: [smallest, largest]", or take "aggregate" out',
    });
  }
  if (has('aggregate') && column.type === 'DOUBLE' && column.scale === undefined) {
    found.push({ path: [...path, 'uses'], what: 'a DOUBLE that is aggregated needs a scale', remedy: 'add "scale: 6" (decimals kept)' });
  }
}

function checkBounds(column: Column, path: AgreementProblem['path'], found: Found): void {
  if (column.bounds === undefined) return;
  const at = [...path, 'bounds'];
  if (!NUMERIC_TYPE.test(column.type)) {
    found.push({ path: at, what: `a ${column.type} column has no bounds`, remedy: 'use "domain" instead' });
    return;
  }
  const scale = scaleOf(column);
  const [low, high] = unitLimits(column);
  const units = column.bounds.map((b) => decimalUnits(b, scale));
  units.forEach((value, i) => {
    const path = [...at, i];
    if (value === null)
      found.push({
        path,
        what: `a bound of ${column.type} has at most ${scale} decimals here`,
        remedy: 'round it outwards, or raise the scale',
      });
    else if (value < low || value > high)
      found.push({
        path,
        what: `the bound does not fit ${column.type} with ${scale} decimals`,
        remedy: 'use a narrower bound, a smaller scale or a wider type',
      });
  });
  const [lower, upper] = units;
  if (lower !== null && lower !== undefined && upper !== null && upper !== undefined && lower > upper) {
    found.push({ path: at, what: 'the lower bound is above the upper bound', remedy: 'write [smallest, largest]' });
  }
}

function checkValues(column: Column, values: readonly string[], path: AgreementProblem['path'], found: Found): void {
  const seen = new Set<string>();
  for (const [i, value] of values.entries()) {
    const key = literalKey(column, value);
    if (key === null) found.push({ path: [...path, i], what: `this is not a value of ${column.type}`, remedy: literalAdvice(column) });
    else if (seen.has(key)) found.push({ path: [...path, i], what: 'this value stands twice', remedy: 'take one of them out' });
    else seen.add(key);
    // A wrong type makes every value wrong: a few say enough.
    if (found.length > 50) return;
  }
}

function literalAdvice(column: Column): string {
  if (column.type === 'DATE') return 'write dates as 2027-01-31';
  if (column.type === 'TIMESTAMP') return 'write timestamps as "2027-01-31 23:59:00"';
  if (column.type === 'BOOLEAN') return 'write true or false';
  return `write a number of ${column.type} with at most ${scaleOf(column)} decimals`;
}

function checkRange(column: Column, range: readonly [string, string], path: AgreementProblem['path'], found: Found): void {
  if (column.type === 'VARCHAR' || column.type === 'BOOLEAN') {
    found.push({ path, what: `a ${column.type} column has no range`, remedy: 'list its values: "values: [...]"' });
    return;
  }
  const [from, to] = range.map((v) => ordinal(column, v));
  if (from === null || from === undefined)
    found.push({ path: [...path, 0], what: `this is not a value of ${column.type}`, remedy: literalAdvice(column) });
  if (to === null || to === undefined)
    found.push({ path: [...path, 1], what: `this is not a value of ${column.type}`, remedy: literalAdvice(column) });
  if (from === null || from === undefined || to === null || to === undefined) return;
  if (from > to) found.push({ path, what: 'the range ends before it begins', remedy: 'write [first, last]' });
  if (!column.uses.includes('group')) return;
  if (column.type === 'DOUBLE')
    found.push({
      path,
      what: 'a DOUBLE range can not be grouped by',
      remedy: 'list the values, or declare the column as DECIMAL or INTEGER',
    });
  else if (to - from >= BigInt(MAXIMUM_DOMAIN)) {
    found.push({
      path,
      what: `the range has more than ${MAXIMUM_DOMAIN} values`,
      remedy: 'narrow it, list values, use a coarser type (such as DATE), or take "group" out',
    });
  }
}

/** All problems of one column; `path` is the column's. */
export function columnProblems(column: Column, path: AgreementProblem['path']): AgreementProblem[] {
  const found: Found = [];
  checkType(column, path, found);
  checkUses(column, path, found);
  checkBounds(column, path, found);
  if (column.domain !== undefined && 'values' in column.domain)
    checkValues(column, column.domain.values, [...path, 'domain', 'values'], found);
  if (column.domain !== undefined && 'range' in column.domain) checkRange(column, column.domain.range, [...path, 'domain', 'range'], found);
  return found;
}
