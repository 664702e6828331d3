/** DuckDB's order of values given as their text, without asking DuckDB: domains can be long. */
import { parseFixed } from './interval.ts';
import { isNumber } from './types.ts';

type Order = (a: string, b: string) => number;

const encoder = new TextEncoder();
const byBytes: Order = (a, b) => Buffer.compare(encoder.encode(a), encoder.encode(b));
const byText: Order = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** The distinct values in order, NULL last. */
export function inOrder(values: readonly (string | null)[], type: string): (string | null)[] {
  const present = [...new Set(values.filter((v) => v !== null))];
  return [...sorted(present, type), ...(present.length < values.length && values.includes(null) ? [null] : [])];
}

function sorted(values: string[], type: string): string[] {
  if (isNumber(type)) {
    const pairs = values.map((text) => ({ text, at: parseFixed(text) ?? 0n }));
    return pairs.sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)).map((p) => p.text);
  }
  if (type === 'DATE' || type === 'TIMESTAMP') {
    const year = (text: string): number => (text.endsWith('(BC)') ? -1 : 1) * Number(/^\d+/.exec(text)?.[0] ?? 0);
    return values.sort((a, b) => year(a) - year(b) || byText(a, b));
  }
  return values.sort(type === 'VARCHAR' ? byBytes : byText);
}
