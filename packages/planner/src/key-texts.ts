/**
 * Opened hashes of text keys, and the texts that belong to them: found by a receiver's station in its own data, and hashed
 * anew by whoever verifies its receipt.
 */
import { InvalidError } from '@sluis/base';
import { cellOffsets, HASH_BITS, MORE_HASH_BITS, type Plan, type PlanKey, type Released, textHash } from '@sluis/model';

const HEX_DIGITS = 24;

const digits = (first: bigint, more: bigint): string => ((first << MORE_HASH_BITS) | more).toString(16).padStart(HEX_DIGITS, '0');

/** The hash of a text key in a cell as 24 hexadecimal digits; null for NULL, and where nothing was opened. */
export function keyHash(key: PlanKey, plan: Plan, released: Released, cell: number): string | null {
  const [first, more] = [word(key, released, cell), word(moreOf(key, plan), released, cell)];
  return first === null || more === null || String(first) === key.nullCode ? null : digits(first, more);
}

const moreOf = ({ text }: PlanKey, { keys }: Plan): PlanKey | undefined => (text === undefined ? undefined : keys[text.more]);

const word = (key: PlanKey | undefined, released: Released, cell: number): bigint | null =>
  key?.accumulator === undefined ? null : (released.accumulators[key.accumulator]?.[cell] ?? null);

/**
 * What is opened of text keys comes from compute parties: words that are no parts of a hash would read as another one's, and
 * two groups of one name as one text's.
 *
 * @throws InvalidError `receipt/malformed-text-key`, `receipt/doubled-group`.
 */
function requireTextKeys(plan: Plan, released: Released): void {
  const texts = plan.keys.filter((k) => k.text !== undefined);
  if (texts.length === 0) return;
  for (const key of texts)
    for (let cell = 0; cell < plan.cellCount; cell++) if (!isTextKey(key, plan, released, cell)) throw malformed(key.name);
  const offsets = [...cellOffsets(plan), plan.cellCount];
  plan.groupingSets.forEach((set, s) => {
    const names = new Set<string>();
    for (let cell = offsets[s] ?? 0; cell < (offsets[s + 1] ?? 0); cell++) {
      const words = set.map((k) => word(plan.keys[k], released, cell));
      if (words.every((w) => w === null)) continue;
      const name = words.join(' ');
      if (names.has(name)) throw doubled(texts.map((k) => k.name).join(', '));
      names.add(name);
    }
  });
}

/** Both words opened or neither; both NULL or neither; else 62 and 34 bits. */
function isTextKey(key: PlanKey, plan: Plan, released: Released, cell: number): boolean {
  const second = moreOf(key, plan);
  const [first, more] = [word(key, released, cell), word(second, released, cell)];
  if (first === null || more === null) return first === more;
  const isNull = [String(first) === key.nullCode, String(more) === second?.nullCode];
  if (isNull.includes(true)) return !isNull.includes(false);
  return first >= 0n && first < 1n << HASH_BITS && more >= 0n && more < 1n << MORE_HASH_BITS;
}

/**
 * Gives a text's hash if it is one that was opened, else null. Null for a plan without text keys, or with none opened.
 *
 * @throws InvalidError `receipt/malformed-text-key`, `receipt/doubled-group` for what is no opening of text keys.
 */
export function openedTexts(plan: Plan, released: Released): ((text: string) => string | null) | null {
  requireTextKeys(plan, released);
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
 * @throws InvalidError `receipt/text-of-no-group` for a text whose hash was not opened, and what `openedTexts` throws.
 */
export function textsByHash(plan: Plan, released: Released, texts: readonly string[]): ReadonlyMap<string, string> {
  requireTextKeys(plan, released);
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

const malformed = (key: string): InvalidError =>
  new InvalidError('receipt/malformed-text-key', {
    stage: 'receipt',
    message: `What was opened for the key ${key} of a group is no hash of a text.`,
    remedy: 'Do not rely on the answer: compute parties opened something else, or somebody changed the receipt.',
  });

const doubled = (keys: string): InvalidError =>
  new InvalidError('receipt/doubled-group', {
    stage: 'receipt',
    message: `Two groups were opened under the same name (${keys}): one group was cut in two, or shown twice.`,
    remedy: 'Do not rely on the answer: compute parties opened something else, or somebody changed the receipt.',
  });

const ofNoGroup = (): InvalidError =>
  new InvalidError('receipt/text-of-no-group', {
    stage: 'receipt',
    message: 'The receipt names a text that is none of the groups it opens, or one of them twice.',
    remedy: 'Do not rely on it: somebody changed the texts in it after it was made.',
  });
