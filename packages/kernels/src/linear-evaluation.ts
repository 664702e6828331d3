/** Long vectors over GF(2^128) in an arena, and what oblivious linear evaluation does with them. */
import { ArenaModule } from './arena.ts';
import { WASM_CODE } from './vole-wasm-code.ts';

/** Bytes that `multiplyTable` needs: the table, and room to work in. */
export const FACTOR_TABLE_BYTES = 8192 + 1280;
/** Bytes that `prepareMasks` fills. */
export const MASK_BYTES = 1024;
/** Elements before a vector that `convolve` reads. */
export const CONVOLUTION_REACH = 25;
/** Bytes of `bits` for each element that `convolve` reads. */
export const CONVOLUTION_BITS_BYTES = 3;

/** What assembly-vole exports; see there. Arguments are addresses, and numbers of elements of 16 bytes. */
export interface LinearEvaluation {
  readonly chachaBlocks: (seeds: number, step: number, out: number, count: number, header: number, doubleRounds: number) => void;
  readonly multiplyTable: (element: number, table: number) => void;
  readonly multiplyByTable: (x: number, z: number, count: number, table: number) => void;
  readonly multiplyPairs: (x: number, y: number, z: number, count: number) => void;
  readonly hornerLanes: (x: number, stride: number, count: number, table: number, sums: number) => void;
  readonly turnElements: (x: number) => void;
  readonly xorInto: (x: number, z: number, count: number) => void;
  readonly sumClasses: (x: number, count: number, sums: number) => void;
  readonly addToGroup: (x: number, groups: number, group: number, four: number) => void;
  readonly placeElement: (x: number, step: number, count: number, place: number, value: number) => void;
  readonly sumPowers: (rows: number, out: number, count: number) => void;
  readonly transposeColumns: (columns: number, stride: number, rows: number, blocks: number, work: number) => void;
  readonly prepareMasks: (masks: number) => void;
  readonly convolve: (x: number, count: number, bits: number, masks: number) => void;
  readonly convolvePairs: (x: number, count: number, bits: number, masks: number) => void;
  readonly spread: (x: number, z: number, count: number) => void;
  readonly gatherSums: (
    x: number,
    size: bigint,
    span: bigint,
    parts: number,
    weight: number,
    random: number,
    out: number,
    rows: number,
  ) => void;
  readonly gatherPairSums: (
    x: number,
    size: bigint,
    span: bigint,
    parts: number,
    weight: number,
    random: number,
    left: number,
    right: number,
    rows: number,
  ) => void;
}

/** Attach it to an `Arena`. */
export const linearEvaluation: ArenaModule<LinearEvaluation> = /* @__PURE__ */ new ArenaModule<LinearEvaluation>(WASM_CODE);
