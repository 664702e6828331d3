/**
 * Correlated oblivious transfer in bulk: 128 base transfers become any number of them at the price of symmetric
 * cryptography. The sender ends with an offset Δ and blocks q; the receiver, for its choice bits r, with t = q ⊕ r·Δ.
 * Source: Ishai, Kilian, Nissim & Petrank 2003, §3, in the correlated form of Asharov et al. 2013, §5.4. Passive security.
 */
import type { Random } from '@sluis/base';
import { Prg, type Ristretto } from '@sluis/crypto';
import { packedWords, transpose32 } from '@sluis/kernels';
import { answerBase, badLength, type BaseSender, beginBaseSender } from './base-transfer.ts';
import { blockBytes, blocksFrom } from './blocks.ts';

const WIDTH = 128;
const DOMAIN = 'sluis/ot/extension/1';

/** Turns 128 packed columns of `count` bits into `count` blocks. */
function transpose(columns: readonly Uint32Array[], count: number): Uint32Array {
  const out = new Uint32Array(4 * packedWords(count) * 32);
  const tile = new Uint32Array(32);
  for (let group = 0; group < packedWords(count); group++) {
    for (let quarter = 0; quarter < 4; quarter++) {
      for (let i = 0; i < 32; i++) tile[i] = columns[32 * quarter + i]?.[group] as number;
      transpose32(tile);
      for (let i = 0; i < 32; i++) out[4 * (32 * group + i) + quarter] = tile[i] as number;
    }
  }
  return out.subarray(0, 4 * count);
}

function nextColumn(stream: Prg, words: number): Uint32Array {
  const bytes = new Uint8Array(4 * words);
  stream.fill(bytes);
  return new Uint32Array(bytes.buffer);
}

/** The side with choice bits. */
export class TransferReceiver {
  readonly #base: BaseSender;
  #streams: readonly (readonly [Prg, Prg])[] | null = null;

  /** `context` binds the session: both sides must give the same. */
  constructor(group: Ristretto, context: Uint8Array, random: Random) {
    this.#base = beginBaseSender(group, context, random);
  }

  /** What the sender needs to begin: 32 bytes. */
  get greeting(): Uint8Array {
    return this.#base.message;
  }

  /** Takes the sender's answer to the greeting. Throws ProtocolError on anything malformed. */
  connect(answer: Uint8Array): void {
    if (this.#streams !== null) throw new RangeError('the transfers are connected already');
    this.#streams = this.#base.finish(answer, WIDTH).map(([zero, one]) => [new Prg(zero, DOMAIN), new Prg(one, DOMAIN)] as const);
  }

  /**
   * Chooses: `count` packed bits. Learns: t of each. Cost: 16 bytes a transfer, rounded up to 32 transfers.
   * The sender learns nothing about the choices.
   */
  choose(choices: Uint32Array, count: number): { readonly message: Uint8Array; readonly blocks: Uint32Array } {
    if (this.#streams === null) throw new RangeError('the transfers are not connected yet');
    const words = packedWords(count);
    if (choices.length !== words) throw new RangeError('one choice bit per transfer is needed');
    const message = new Uint32Array(WIDTH * words);
    const columns = this.#streams.map(([zero, one], i) => {
      const [t, other] = [nextColumn(zero, words), nextColumn(one, words)];
      for (let w = 0; w < words; w++) message[i * words + w] = (t[w] as number) ^ (other[w] as number) ^ (choices[w] as number);
      return t;
    });
    return { message: blockBytes(message), blocks: transpose(columns, count) };
  }
}

/** The side with the offset Δ, whose lowest bit is 1 so that blocks can carry a visible bit. */
export class TransferSender {
  readonly delta: Uint32Array;
  /** Goes to the receiver: 4,096 bytes. */
  readonly answer: Uint8Array;
  readonly #streams: readonly Prg[];

  constructor(group: Ristretto, greeting: Uint8Array, context: Uint8Array, random: Random) {
    if (greeting.length !== 32) throw badLength(greeting.length, 32);
    this.delta = blocksFrom(random.bytes(16));
    this.delta[0] = (this.delta[0] as number) | 1;
    const bits = Array.from({ length: WIDTH }, (_, i) => (((this.delta[i >> 5] as number) >>> (i & 31)) & 1) as 0 | 1);
    const { answer, keys } = answerBase(group, greeting, bits, context, random);
    this.answer = answer;
    this.#streams = keys.map((key) => new Prg(key, DOMAIN));
  }

  /** The sender's blocks for one message of `choose`. Learns nothing. Throws ProtocolError `ot/bad-length`. */
  extend(message: Uint8Array, count: number): Uint32Array {
    const words = packedWords(count);
    if (message.length !== WIDTH * words * 4) throw badLength(message.length, WIDTH * words * 4);
    const given = blocksFrom(message);
    const columns = this.#streams.map((stream, i) => {
      const column = nextColumn(stream, words);
      const keep = -(((this.delta[i >> 5] as number) >>> (i & 31)) & 1);
      for (let w = 0; w < words; w++) column[w] = (column[w] as number) ^ ((given[i * words + w] as number) & keep);
      return column;
    });
    return transpose(columns, count);
  }
}
