/**
 * Text must not grow without limit: a provider's engine that runs out of memory only for certain rows would tell
 * something about them.
 */
import { walk, type Bound } from './expression.ts';
import { unsupported } from './refusal.ts';

const GROWING = new Set(['replace', 'regexp_replace', 'translate', 'lpad', 'rpad']);
const LONGEST_REPLACEMENT = 64;
const MOST_NESTED = 3;
const WIDEST_PADDING = 1000n * 10n ** 18n;

/** Refuses padding beyond 1000 characters, long replacements, and replacing inside replacing more than three deep. */
export function limitGrowth(name: string, args: readonly Bound[]): void {
  if (!GROWING.has(name)) return;
  const last = args[2];
  if (name.endsWith('pad')) {
    const width = args[1]?.interval ?? null;
    if (width === null || width.hi > WIDEST_PADDING) throw unsupported(`${name} to more than 1000 characters`, 'Pad to fewer.');
  } else if (last === undefined || last.kind !== 'constant' || last.text.length > LONGEST_REPLACEMENT) {
    throw unsupported(`${name} with such a replacement`, `Give a literal of at most ${LONGEST_REPLACEMENT} characters.`);
  }
  let nested = 0;
  for (const arg of args) {
    walk(arg, (n) => {
      if (n.kind === 'operation' && GROWING.has(n.name)) nested++;
      return undefined;
    });
  }
  if (nested > MOST_NESTED) throw unsupported(`${name} around more than ${MOST_NESTED} other replacements`, 'Use one regexp_replace.');
}
