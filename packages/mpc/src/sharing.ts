/**
 * Replicated sharing of a provider's vectors. Components 0 and 1 are the streams of two fresh seeds; component 2 is
 * what is left. Message of party 0: both seeds; of party 1: seed 1 and component 2; of party 2: component 2 and seed 0.
 * Each is exactly what the party holds; alone it is independent of the data. Source: Araki et al. 2016, §2.1.
 */
import { concatBytes, lengthPrefixed, ProtocolError, type Random, uint64be, utf8 } from '@sluis/base';
import { Prg, taggedHash } from '@sluis/crypto';
import { subtractVectors } from '@sluis/kernels';
import type { Vectors } from '@sluis/model';
import type { SecretColumn } from '@sluis/technique';
import { bytesOf, column, columnShare, nextParty, type Party, wordsFrom } from './shares.ts';

const SEED_BYTES = 32;
const FORMAT = utf8('SLS1');

/** Format, receiving party, shape: what the receiver checks before it reads on. */
function header(party: Party, cells: number, words: readonly number[]): Uint8Array {
  return concatBytes(FORMAT, Uint8Array.of(party), uint64be(cells), uint64be(words.length), Uint8Array.from(words));
}

/** Size of the three messages together. */
export function messageBytes(cells: number, words: readonly number[]): number {
  const explicit = 8 * cells * words.reduce((n, w) => n + w, 0);
  return 3 * header(0, cells, words).length + 4 * SEED_BYTES + 2 * explicit;
}

/** One component of all columns from its seed: one stream, columns one after the other. */
function expand(seed: Uint8Array, cells: number, words: readonly number[]): BigUint64Array[] {
  const size = cells * words.reduce((n, w) => n + w, 0);
  return cut(new Prg(seed, utf8('sluis/replicated-3/component')).words(size), cells, words);
}

function cut(all: BigUint64Array, cells: number, words: readonly number[]): BigUint64Array[] {
  let at = 0;
  return words.map((w) => {
    at += cells * w;
    return all.subarray(at - cells * w, at);
  });
}

/**
 * Splits a provider's vectors into one message per compute party. Run by: a provider, with fresh randomness each time.
 *
 * @param words - width of each column; column c has cells·words[c] words.
 * Learns: whoever reads one message nothing, whoever reads two everything. Cost: 16·words bytes per element.
 */
export function split(vectors: Vectors, words: readonly number[], random: Random): [Uint8Array, Uint8Array, Uint8Array] {
  if (vectors.columns.length !== words.length) throw new RangeError('one width per column is needed');
  const [seed0, seed1] = [random.bytes(SEED_BYTES), random.bytes(SEED_BYTES)];
  const [zero, one] = [expand(seed0, vectors.cells, words), expand(seed1, vectors.cells, words)];
  const last = vectors.columns.map((values, c) => {
    const [w, a, b] = [words[c] as number, zero[c] as BigUint64Array, one[c] as BigUint64Array];
    if (values.length !== vectors.cells * w) throw new RangeError('a column has one element per cell');
    return bytesOf(subtractVectors(subtractVectors(values, a, w), b, w));
  });
  const explicit = concatBytes(...last);
  const head = (party: Party) => header(party, vectors.cells, words);
  return [concatBytes(head(0), seed0, seed1), concatBytes(head(1), seed1, explicit), concatBytes(head(2), explicit, seed0)];
}

/**
 * Reads the message for compute party `me`. Run by: that party.
 *
 * @throws ProtocolError `share/malformed` unless it has exactly the expected shape, party and size.
 */
export function combine(me: Party, message: Uint8Array, cells: number, words: readonly number[]): SecretColumn[] {
  const head = header(me, cells, words);
  const explicit = 8 * cells * words.reduce((n, w) => n + w, 0);
  const due = head.length + (me === 0 ? 2 * SEED_BYTES : SEED_BYTES + explicit);
  if (message.length !== due || !head.every((b, i) => b === message[i])) {
    throw new ProtocolError('share/malformed', {
      stage: 'share',
      message: `A share for compute party ${me} does not have the shape that the plan asks for.`,
      remedy: 'Check that the provider runs the same release of Sluis, then ask again.',
    });
  }
  const body = message.subarray(head.length);
  const seed = (at: number) => expand(body.subarray(at, at + SEED_BYTES), cells, words);
  const given = (at: number) => cut(wordsFrom(body.subarray(at, at + explicit)), cells, words);
  const [mine, next] = me === 0 ? [seed(0), seed(SEED_BYTES)] : me === 1 ? [seed(0), given(SEED_BYTES)] : [given(0), seed(explicit)];
  return words.map((w, c) => column(w, mine[c] as BigUint64Array, next[c] as BigUint64Array));
}

/**
 * Digest of component `which` as this party holds it. Its two holders compare digests before any use, so that a provider
 * can't hand them different ones. `context` binds provider, run and attempt.
 */
export function digest(columns: readonly SecretColumn[], me: Party, which: Party, context: Uint8Array): Uint8Array {
  if (which !== me && which !== nextParty(me)) throw new RangeError('a party has no digest of the component it lacks');
  const held = columns.map((c) => {
    const share = columnShare(c);
    return bytesOf(which === me ? share.mine : share.next);
  });
  return taggedHash('sluis/replicated-3/component', context, Uint8Array.of(which), lengthPrefixed(...held));
}
