/** The asker's side: it evaluates. It speaks first each time; the transport is whatever carries request and answer. */
import { concatBytes, type Random } from '@sluis/base';
import { FixedKeyHash, type Ristretto } from '@sluis/crypto';
import { packBits, packedWords, unpackBits } from '@sluis/kernels';
import { blockBytes, blocksFrom, TransferReceiver } from '@sluis/ot';
import { fromWireBits, toWireBits } from './bits-of-numbers.ts';
import { evaluate, tableWords } from './evaluate.ts';
import { gatherLabels } from './garble.ts';
import { checkSize, exchangeContext, KEY, lowestBits, malformed, NONCE, openWires, withConstants } from './holder.ts';
import { type PairProgram, programHash } from './program.ts';

export class Asker {
  readonly #program: PairProgram;
  readonly #instances: number;
  readonly #bits: Uint8Array;
  readonly #transfers: TransferReceiver;
  readonly #nonce: Uint8Array;
  #labels: Uint32Array | null = null;

  /** @param numbers - the asker's numbers, one list of `instances` per input. Throws InvalidError if one does not fit. */
  constructor(group: Ristretto, program: PairProgram, numbers: readonly (readonly bigint[])[], instances: number, random: Random) {
    checkSize(program, instances);
    if (numbers.length !== program.askerNumbers) throw new RangeError('the program takes another number of inputs');
    this.#program = program;
    this.#instances = instances;
    this.#bits = toWireBits(numbers, program.width, instances);
    this.#nonce = random.bytes(NONCE);
    this.#transfers = new TransferReceiver(group, exchangeContext(program, instances, this.#nonce), random);
  }

  /** First message: 80 bytes. */
  greeting(): Uint8Array {
    return concatBytes(programHash(this.#program), this.#nonce, this.#transfers.greeting);
  }

  /** Second message, from the answer to the first: the choices, blinded. 16 bytes per own input bit and instance. */
  choose(answer: Uint8Array): Uint8Array {
    this.#transfers.connect(answer);
    const { message, blocks } = this.#transfers.choose(packBits(this.#bits), this.#bits.length);
    this.#labels = blocks;
    return message;
  }

  /**
   * Evaluates what the holder garbled. `values` are the outputs, null if only the holder learns; `labels` is the third
   * message, null if only the asker learns. Learns: the outputs, where it may. Throws ProtocolError `garbled/malformed`.
   */
  evaluate(answer: Uint8Array): { readonly values: bigint[][] | null; readonly labels: Uint8Array | null } {
    const { circuit, learns, outputWidths } = this.#program;
    const n = this.#instances;
    const own = this.#labels;
    if (own === null) throw new RangeError('the choices come first');
    const open = openWires(this.#program);
    const sizes = [
      KEY,
      16 * n * circuit.garblerInputs,
      4 * tableWords(circuit, n),
      learns === 'holder' ? 0 : 4 * packedWords(open.length * n),
    ];
    if (answer.length !== sizes.reduce((sum, size) => sum + size, 0)) throw malformed('garbled circuit');
    const ends = sizes.map((_, i) => sizes.slice(0, i + 1).reduce((sum, size) => sum + size, 0));
    const part = (i: number) => answer.subarray((ends[i] as number) - (sizes[i] as number), ends[i]);
    const [key, given, tables, reading] = [part(0), part(1), part(2), part(3)];
    const all = blocksFrom(given);
    const wire = (blocks: Uint32Array, w: number) => blocks.subarray(4 * n * w, 4 * n * (w + 1));
    const inputs = [
      ...Array.from({ length: circuit.garblerInputs }, (_, w) => wire(all, w)),
      ...Array.from({ length: circuit.evaluatorInputs }, (_, w) => wire(own, w)),
    ];
    const labels = gatherLabels(evaluate(circuit, n, inputs, blocksFrom(tables), new FixedKeyHash(key.slice())), open, n);
    const sent = learns === 'asker' ? null : blockBytes(labels);
    if (learns === 'holder') return { values: null, labels: sent };
    const mask = unpackBits(blocksFrom(reading), open.length * n);
    const bits = lowestBits(labels).map((bit, i) => bit ^ (mask[i] as number));
    return { values: fromWireBits(withConstants(this.#program, bits, n), outputWidths, n), labels: sent };
  }
}
