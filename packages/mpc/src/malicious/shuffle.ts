/** Shuffling the rows of a table so that one dishonest compute party can neither learn the order nor change a row. */
import { randomPermutation } from '@sluis/kernels';
import type { SecretTable } from '@sluis/technique';
import type { Outgoing, Session } from '../session.ts';
import { bitShare, bits, bytesOf, column, columnShare, nextParty, type Party, previousParty } from '../shares.ts';
import { bitAlgebra, ringAlgebra } from './algebra.ts';
import { deviation, finishZeroChecks, ZeroCheck } from './checked-exchange.ts';
import { everybodyReady } from './coin.ts';
import { drawn, type Form, gathered, hasZeroTail, type Moved, minus, plus, received, sizeBytes, wordsOf } from './moved.ts';
import { residueOf, type Tagged, tagged } from './row-tags.ts';

const KEYS: readonly Party[] = [1, 2, 0];

/**
 * Puts the rows in a uniformly random order that nobody knows. Run by: all three compute parties, in step.
 *
 * Three passes; in each, the two holders of a key permute with it, and hand the third its two new components: each one of
 * them. A lie there adds an error to rows. Before a pass every row gets a tag under fresh secret keys (`row-tags.ts`),
 * the tags move along, and after it the keys are opened and every row is compared with its tag, before the next pass: so
 * whoever makes an error knows the pass's order or fails, and learns nothing from whether it is noticed.
 *
 * @throws ProtocolError `mpc/verification-failed` or `mpc/inconsistent-opening` on a deviation.
 * Learns: nobody anything. Assumes: at most one malicious corruption, authenticated channels.
 * Cost: 15 rounds; per pass and row, 16·(words + 1) bytes for each column, 24·(words + 1) for each width that occurs,
 * 2 bits for each bit column and 24 bytes if there are any: all parties together.
 * Source: Laur, Willemson & Zhang 2011 (passes); Asharov et al. 2022 (shuffling authenticated rows).
 */
export async function verifiedShuffle(strand: Session, table: SecretTable): Promise<SecretTable> {
  if (table.length < 2 || table.columns.length + table.bits.length === 0) return table;
  let groups = liftedGroups(table);
  for (const key of KEYS) groups = await strand.run((own) => verifiedPass(own, key, groups));
  return tableFrom(table, groups);
}

/** Ring columns of each width, lifted by a word, and the bit columns: an authenticating column serves each group. */
function liftedGroups(table: SecretTable): Moved[][] {
  const shares = table.columns.map(columnShare);
  const bitShares = table.bits.map(bitShare);
  if ([...shares, ...bitShares].some((c) => c.length !== table.length)) throw new RangeError('all columns of a table have its length');
  const widths = [...new Set(shares.map((c) => c.words))].sort((a, b) => a - b);
  const rings = widths.map((words) =>
    shares
      .filter((c) => c.words === words)
      .map(
        (c): Moved => ({
          form: { kind: 'ring', words: words + 1, rows: c.length },
          mine: lifted(c.mine, words),
          next: lifted(c.next, words),
        }),
      ),
  );
  const packed = bitShares.map((b): Moved => ({ form: { kind: 'packed', words: 1, rows: b.length }, mine: b.mine, next: b.next }));
  return [...rings, packed].filter((group) => group.length > 0);
}

/** The same numbers with one more word, of zeros. */
function lifted(a: BigUint64Array, words: number): BigUint64Array {
  const out = new BigUint64Array((a.length / words) * (words + 1));
  out.set(a);
  return out;
}

/** The moved columns in the order of the table, without the added words. */
function tableFrom(table: SecretTable, groups: readonly Moved[][]): SecretTable {
  const left = new Map(groups.map((group) => [group[0]?.form.kind === 'ring' ? group[0].form.words - 1 : 0, [...group]]));
  const take = (words: number) => left.get(words)?.shift() as Moved;
  const low = (a: Moved['mine'], words: number) => (a as BigUint64Array).slice(0, table.length * words);
  return {
    length: table.length,
    columns: table.columns.map(({ words }) => {
      const moved = take(words);
      return column(words, low(moved.mine, words), low(moved.next, words));
    }),
    bits: table.bits.map(() => {
      const moved = take(0);
      return bits(table.length, moved.mine as Uint32Array, moved.next as Uint32Array);
    }),
  };
}

/** Tags, moves and compares. 5 rounds. */
async function verifiedPass(strand: Session, key: Party, groups: readonly (readonly Moved[])[]): Promise<Moved[][]> {
  const before: Tagged[] = Array.from({ length: groups.length });
  await strand.parallel(groups.length, groups.length, async (own, g) => {
    before[g] = await tagged(own, key, groups[g] as Moved[]);
  });
  const flat = before.flatMap(({ columns, tag }) => [...columns, tag]);
  const moved = await pass(strand, key, flat);
  await everybodyReady(strand);
  let at = 0;
  const after = before.map(({ columns, keys }): Tagged => {
    at += columns.length + 1;
    return { columns: moved.slice(at - columns.length - 1, at - 1), keys, tag: moved[at - 1] as Moved };
  });
  const checks: ZeroCheck[] = Array.from({ length: after.length });
  await strand.parallel(after.length, after.length, async (own, g) => {
    const group = after[g] as Tagged;
    const residue = await residueOf(own, group);
    const check = new ZeroCheck(own);
    check.add(group.tag.form.kind === 'ring' ? ringAlgebra(group.tag.form.words) : bitAlgebra, residue);
    checks[g] = check;
  });
  await finishZeroChecks(strand, checks);
  return after.map(({ columns }) => [...columns]);
}

/**
 * The holders of key k, parties k and k − 1, permute; the new component k is common to them, and each hands one of the
 * other two, masked, to party k + 1, who can tell neither rows nor order from them. 1 round.
 */
async function pass(strand: Session, key: Party, vectors: readonly Moved[]): Promise<Moved[]> {
  const outsider = nextParty(key);
  const step = strand.step('pass');
  const named = vectors.map((v, i) => ({ part: String(i), sizeBytes: sizeBytes(v.form) }));
  if (strand.me === outsider) {
    const incoming = [previousParty(outsider), nextParty(outsider)].flatMap((from) => named.map((n) => ({ from, ...n })));
    const payloads = await strand.exchange(step, [], incoming);
    const at = (form: Form, i: number) => received(form, payloads[i] as Uint8Array);
    if (payloads.some((payload, i) => !hasZeroTail((vectors[i % vectors.length] as Moved).form, payload))) throw deviation(step);
    return vectors.map(({ form }, i) => ({ form, mine: at(form, i), next: at(form, vectors.length + i) }));
  }
  const order = randomPermutation((vectors[0] as Moved).form.rows, (count) => strand.commonWords(key, count) as BigUint64Array);
  const first = strand.me === key;
  const moved = vectors.map(({ form, mine, next }): Moved => {
    const [common, mask] = [1, 2].map(() => drawn(form, strand.commonWords(key, wordsOf(form)) as BigUint64Array<ArrayBuffer>)) as [
      Moved['mine'],
      Moved['mine'],
    ];
    if (first) return { form, mine: common, next: plus(form, minus(form, gathered(form, plus(form, mine, next), order), common), mask) };
    return { form, mine: minus(form, gathered(form, mine, order), mask), next: common };
  });
  const outgoing = moved.map((m, i): Outgoing => ({ to: outsider, part: String(i), payload: bytesOf(first ? m.next : m.mine) }));
  await strand.exchange(step, outgoing, []);
  return moved;
}
