/** Kernels for sets of millions of items, in an arena: hashing in bulk, an oblivious key-value store, sorting and finding. */
import { ArenaModule } from './arena.ts';
import { WASM_CODE } from './okvs-wasm-code.ts';

/**
 * What assembly-okvs/ exports; see there. All but counts, lengths and positions are addresses.
 *
 * Call them on stripes of some thousands of items: engines compile a function well only between calls, never during one.
 */
export interface SetKernels {
  readonly hashFirstBlock: (block: number, start: number, scratch: number, k: number) => void;
  readonly hashItems: (
    items: number,
    offsets: number,
    count: number,
    start: number,
    state: number,
    scratch: number,
    k: number,
    digests: number,
  ) => void;
  readonly hashDecoded: (
    decoded: number,
    count: number,
    digests: number,
    start: number,
    state: number,
    scratch: number,
    k: number,
    length: number,
    values: number,
  ) => void;
  readonly countDigits: (records: number, count: number, shift: number, counts: number) => void;
  readonly sumCounts: (counts: number) => void;
  readonly placeRecords: (records: number, count: number, shift: number, counts: number, to: number) => void;
  readonly startRecords: (digests: number, first: number, count: number, seed: number, range: number, records: number) => void;
  readonly gatherDigests: (records: number, count: number, digests: number, out: number) => void;
  readonly distinctRecords: (records: number, count: number, digests: number, state: number) => void;
  readonly eliminate: (records: number, count: number, digests: number, seed: number, pivots: number) => number;
  readonly substitute: (pivots: number, from: number, to: number, length: number, tables: number, blocks: number) => void;
  readonly decodeRows: (
    records: number,
    count: number,
    digests: number,
    seed: number,
    blocks: number,
    length: number,
    tables: number,
    decoded: number,
    values: number,
  ) => void;
  readonly narrowDigests: (digests: number, count: number) => void;
  readonly packHalves: (blocks: number, count: number, halves: number) => void;
  readonly unpackHalves: (halves: number, count: number, blocks: number) => void;
  readonly valueRecords: (values: number, length: number, first: number, count: number, records: number) => void;
  readonly orderTies: (records: number, first: number, count: number, values: number, length: number) => void;
  readonly gatherValues: (records: number, count: number, values: number, length: number, out: number) => void;
  readonly mergeMarks: (theirs: number, count: number, length: number, own: number, ownCount: number, state: number, marks: number) => void;
}

/** Attach it to an `Arena`. */
export const setKernels: ArenaModule<SetKernels> = /* @__PURE__ */ new ArenaModule<SetKernels>(WASM_CODE);

/** Coefficients of a row of the store. */
export const BAND = 128;
/** Room that tables of `decodeRows` and `substitute` take. */
export const SUM_TABLE_BYTES: number = 101 * 256;
/** Room of the counters of `countDigits`. */
export const COUNT_BYTES = 8192;
/** Bytes beyond the last item or value that must be readable (and, beyond values that are written, writable). */
export const SLACK_BYTES = 64;
