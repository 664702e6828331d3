/**
 * The holder's side: it garbles. Three messages from the asker, an answer to each; the holder keeps no connection open
 * and never sends its input other than as random-looking labels.
 */
import { concatBytes, ProtocolError, type Random } from '@sluis/base';
import { FixedKeyHash, type Ristretto, taggedHash } from '@sluis/crypto';
import { blockBytes, blocksFrom, TransferSender, xorBlocks } from '@sluis/ot';
import { packBits, packedWords } from '@sluis/kernels';
import { fromWireBits, toWireBits } from './bits-of-numbers.ts';
import { garble, gatherLabels, type Garbled } from './garble.ts';
import { type PairProgram, programHash } from './program.ts';

export const NONCE = 16;
export const KEY = 16;
/** Conjunctions times instances of one exchange: tables of 128 MiB. */
export const MAXIMUM_GATES = 2 ** 22;

/** Binds everything of an exchange to the program, its size and the asker's fresh nonce. */
export const exchangeContext = (program: PairProgram, instances: number, nonce: Uint8Array): Uint8Array =>
  taggedHash('sluis/garbled/exchange/1', programHash(program), new Uint8Array(Uint32Array.of(instances).buffer), nonce);

export function checkSize(program: PairProgram, instances: number): void {
  if (!Number.isInteger(instances) || instances < 1) throw new RangeError('at least one instance is needed');
  if (instances * Math.max(1, program.circuit.conjunctions) > MAXIMUM_GATES) {
    throw new RangeError(`one exchange takes ${MAXIMUM_GATES} conjunctions at most: split the instances`);
  }
}

export const malformed = (what: string): ProtocolError =>
  new ProtocolError('garbled/malformed', {
    stage: 'wire',
    message: `The other side's ${what} does not have the agreed form.`,
    remedy: 'Check that both sides run the same release of Sluis, then start again.',
  });

const otherQuestion = (): ProtocolError =>
  new ProtocolError('garbled/other-question', {
    stage: 'wire',
    message: 'The other side asked another question, or with another width, decimals, learner, label or key. Nothing was computed.',
    remedy: 'Agree on all of these (and on the same release of Sluis), then start both sides again.',
  });

export class Holder {
  readonly #group: Ristretto;
  readonly #program: PairProgram;
  readonly #instances: number;
  readonly #bits: Uint8Array;
  readonly #random: Random;
  #transfers: TransferSender | null = null;
  #outputs: Uint32Array | null = null;
  #stage: 'new' | 'begun' | 'garbled' | 'over' = 'new';

  /** @param numbers - the holder's numbers, one list of `instances` per input. Throws InvalidError if one does not fit. */
  constructor(group: Ristretto, program: PairProgram, numbers: readonly (readonly bigint[])[], instances: number, random: Random) {
    checkSize(program, instances);
    if (numbers.length !== program.holderNumbers) throw new RangeError('the program takes another number of inputs');
    this.#group = group;
    this.#program = program;
    this.#instances = instances;
    this.#bits = toWireBits(numbers, program.width, instances);
    this.#random = random;
  }

  /**
   * First message: the asker's hash of the program, nonce and greeting. Answers with the base transfers (4 KiB).
   * Throws ProtocolError `garbled/other-question` if the asker means another program, `garbled/malformed`.
   */
  begin(message: Uint8Array): Uint8Array {
    this.#move('new', 'begun');
    if (message.length !== 32 + NONCE + 32) throw malformed('greeting');
    if (!programHash(this.#program).every((b, i) => b === message[i])) throw otherQuestion();
    const nonce = message.slice(32, 32 + NONCE);
    const context = exchangeContext(this.#program, this.#instances, nonce);
    this.#transfers = new TransferSender(this.#group, message.slice(32 + NONCE), context, this.#random);
    return this.#transfers.answer;
  }

  /**
   * Second message: the asker's blinded choices. Answers with key, own labels, tables and (if the asker learns) how to
   * read the outputs. Learns nothing. Cost: 16 bytes per own input bit and 32 per conjunction, per instance.
   */
  garble(message: Uint8Array): Uint8Array {
    this.#move('begun', 'garbled');
    const { circuit } = this.#program;
    const n = this.#instances;
    const transfers = this.#transfers;
    if (transfers === null) throw malformed('greeting');
    const count = circuit.evaluatorInputs * n;
    if (message.length !== 128 * packedWords(count) * 4) throw malformed('choices');
    const q = transfers.extend(message, count);
    const evaluatorZeros = Array.from({ length: circuit.evaluatorInputs }, (_, w) => q.slice(4 * n * w, 4 * n * (w + 1)));
    const key = this.#random.bytes(KEY);
    const garbled = garble(circuit, n, transfers.delta, evaluatorZeros, new FixedKeyHash(key), this.#random);
    this.#outputs = outputZeros(this.#program, garbled, n);
    const own = this.#ownLabels(garbled, transfers.delta);
    const reading = this.#program.learns === 'holder' ? new Uint8Array(0) : blockBytes(packBits(lowestBits(this.#outputs)));
    return concatBytes(key, blockBytes(own), ...garbled.tables.map(blockBytes), reading);
  }

  /**
   * Third message, where the holder learns: the labels of the outputs. Only one of the two right labels is accepted for
   * each. Throws ProtocolError `garbled/malformed`.
   */
  read(message: Uint8Array): bigint[][] {
    this.#move('garbled', 'over');
    if (this.#program.learns === 'asker') throw malformed('message: it was not asked for its outputs');
    const zeros = this.#outputs as Uint32Array;
    if (message.length !== zeros.byteLength) throw malformed('outputs');
    const difference = xorBlocks(blocksFrom(message), zeros);
    const { delta } = this.#transfers as TransferSender;
    const bits = new Uint8Array(zeros.length / 4);
    for (let i = 0; i < bits.length; i++) {
      const [one, zero] = [0, 1, 2, 3].reduce(
        ([o, z], w) => [o | ((difference[4 * i + w] as number) ^ (delta[w] as number)), z | (difference[4 * i + w] as number)],
        [0, 0],
      ) as [number, number];
      if (one !== 0 && zero !== 0) throw malformed('outputs');
      bits[i] = one === 0 ? 1 : 0;
    }
    return fromWireBits(withConstants(this.#program, bits, this.#instances), this.#program.outputWidths, this.#instances);
  }

  #ownLabels(garbled: Garbled, delta: Uint32Array): Uint32Array {
    const wires = Array.from({ length: this.#program.circuit.garblerInputs }, (_, w) => w);
    const labels = gatherLabels(garbled.zeros, wires, this.#instances);
    for (let i = 0; i < this.#bits.length; i++) {
      const keep = -(this.#bits[i] as number);
      for (let w = 0; w < 4; w++) labels[4 * i + w] = (labels[4 * i + w] as number) ^ ((delta[w] as number) & keep);
    }
    return labels;
  }

  /** Each message is taken once, in order: a circuit that is evaluated twice gives its inputs away. */
  #move(from: 'new' | 'begun' | 'garbled', to: 'begun' | 'garbled' | 'over'): void {
    if (this.#stage !== from) throw malformed('message: it came twice or out of order, and');
    this.#stage = to;
  }
}

/** Output wires that are not public constants, in order. */
export const openWires = (program: PairProgram): number[] => program.circuit.outputs.filter((w) => typeof w === 'number');

const outputZeros = (program: PairProgram, garbled: Garbled, instances: number): Uint32Array =>
  gatherLabels(garbled.zeros, openWires(program), instances);

export function lowestBits(labels: Uint32Array): Uint8Array {
  const out = new Uint8Array(labels.length / 4);
  for (let i = 0; i < out.length; i++) out[i] = (labels[4 * i] as number) & 1;
  return out;
}

/** Bits of all outputs from those of the open wires. */
export function withConstants(program: PairProgram, open: Uint8Array, instances: number): Uint8Array {
  const out = new Uint8Array(program.circuit.outputs.length * instances);
  let next = 0;
  program.circuit.outputs.forEach((wire, w) => {
    if (typeof wire === 'number') out.set(open.subarray(next++ * instances, next * instances), w * instances);
    else out.fill(wire === 'one' ? 1 : 0, w * instances, (w + 1) * instances);
  });
  return out;
}
