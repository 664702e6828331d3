/**
 * Opened hashes of text keys, and the texts that belong to them: found by a receiver's station in its own data, and hashed
 * anew by whoever verifies its receipt.
 */
import { InvalidError } from '@sluis/base';
import { MORE_HASH_BITS, type Plan, type PlanKey, type Released, textHash } from '@sluis/model';

const HEX_DIGITS = 24;

const digits = (first: bigint, more: bigint): string => ((first << MORE_HASH_BITS) | more).toString(16).padStart(HEX_DIGITS, '0');

/** The hash of a text key in a cell as 24 hexadecimal digits; null for NULL, and where nothing was opened. */
export function keyHash(key: PlanKey, plan: Plan, released: Released, cell: number): string | null {
  const at = (k: PlanKey | undefined): bigint | null =>
    k?.accumulator === undefined ? null : (released.accumulators[k.accumulator]?.[cell] ?? null);
  const [first, more] = [at(key), at(key.text === undefined ? undefined : plan.keys[key.text.more])];
  return first === null || more === null || String(first) === key.nullCode ? null : digits(first, more);
}

/** Gives a text's hash if it is one that was opened, else null. Null for a plan without text keys, or with none opened. */
export function openedTexts(plan: Plan, released: Released): ((text: string) => string | null) | null {
  const opened = openedHashes(plan, released);
  if (opened.size === 0) return null;
  const hashed = hashOf(plan);
  return (text) => {
    const hash = hashed(text);
    return opened.has(hash) ? hash : null;
  };
}

/**
 * Which text stands behind which opened hash. Run by: receivers, and whoever verifies their receipt.
 *
 * @throws InvalidError `receipt/text-of-no-group` for a text whose hash was not opened.
 */
export function textsByHash(plan: Plan, released: Released, texts: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  if (texts.length === 0) return found;
  const opened = openedHashes(plan, released);
  const hash = hashOf(plan);
  for (const text of texts) {
    const key = hash(text);
    if (!opened.has(key) || found.has(key)) throw ofNoGroup();
    found.set(key, text);
  }
  return found;
}

function openedHashes(plan: Plan, released: Released): ReadonlySet<string> {
  const found = new Set<string>();
  for (const key of plan.keys.filter((k) => k.text !== undefined)) {
    for (let cell = 0; cell < plan.cellCount; cell++) {
      const hash = keyHash(key, plan, released, cell);
      if (hash !== null) found.add(hash);
    }
  }
  return found;
}

function hashOf({ collaboration }: Plan): (text: string) => string {
  const hash = textHash(collaboration);
  return (text) => digits(...hash(text));
}

const ofNoGroup = (): InvalidError =>
  new InvalidError('receipt/text-of-no-group', {
    stage: 'receipt',
    message: 'The receipt names a text that is none of the groups it opens, or one of them twice.',
    remedy: 'Do not rely on it: somebody changed the texts in it after it was made.',
  });
