/**
 * The compiled kernels and the small memory that they work in.
 *
 * Columns stay ordinary typed arrays. A kernel takes them through this memory block by block: it copies up to 64 KiB of
 * each input into a slot, computes, and copies the result out; all slots of one call stay in the second-level cache, so
 * copying costs little beside what memory costs anyway. Calls are synchronous: no two kernels use the slots at once.
 */
import { WASM_CODE } from './wasm-code.ts';

/** Elements of 64 bits in a block. */
export const BLOCK = 8192;
/** Packed words of 32 bits in a block. */
export const BLOCK_WORDS = 2 * BLOCK;
/**
 * Bytes from slot to slot: a block, and room for what kernels write beyond it when they round up. No power of two, so
 * that equal places of different slots do not compete for the same lines of the cache.
 */
const PITCH = 8 * BLOCK + 2112;
const SLOTS = 9;
const FIRST = 16_384;
const MEMORY_PAGES = 16;

type Address = number;
type Binary = (x: Address, y: Address, z: Address, count: number) => void;
type Ternary = (x: Address, y: Address, w: Address, z: Address, count: number) => void;
type Residue = (z: Address, c: Address, r: Address, y: Address, s: Address, a: Address, out: Address, count: number) => void;
type Summands = (m: Address, v: Address, g: Address, p: Address, alone: number, stride: number, bytes: number) => void;
type WideBinary = (x: Address, y: Address, z: Address, n: number, words: number, stride: number) => void;

/** What assembly/index.ts exports. Counts are elements for the ring, bytes for bits. */
interface Kernels {
  readonly memory: { readonly buffer: ArrayBuffer };
  readonly xor: Binary;
  readonly not: (x: Address, z: Address, bytes: number) => void;
  readonly and: Binary;
  readonly andXor: (x: Address, y: Address, w: Address, z: Address, bytes: number) => void;
  readonly crossAnd: (a: Address, c: Address, b: Address, d: Address, m: Address, z: Address, bytes: number) => void;
  readonly crossAnd2: (a: Address, c: Address, b: Address, d: Address, m: Address, w: Address, z: Address, bytes: number) => void;
  readonly maskElements: (bits: Address, x: Address, z: Address, n: number) => void;
  readonly spreadBits: (bits: Address, z: Address, n: number) => void;
  readonly lowBits: (x: Address, bits: Address, n: number) => void;
  readonly bytesToBits: (x: Address, bits: Address, n: number) => void;
  readonly bitsToBytes: (bits: Address, z: Address, n: number) => void;
  readonly productsOfTwo: (u: Address, onto: Address, stride: number, bytes: number) => void;
  readonly productsOfThree: (u: Address, onto: Address, stride: number, bytes: number) => void;
  readonly summandsOfTwo: Summands;
  readonly summandsOfThree: Summands;
  readonly xorOfThree: Ternary;
  readonly residueBits: Residue;
  readonly add: Binary;
  readonly subtract: Binary;
  readonly multiply: Binary;
  readonly negateSum: Binary;
  readonly sumOfThree: Ternary;
  readonly residue: Residue;
  readonly scale: (x: Address, z: Address, factor: bigint, n: number) => void;
  readonly crossMultiply: (a: Address, c: Address, b: Address, d: Address, m: Address, w: Address, z: Address, n: number) => void;
  readonly crossAccumulate: (a: Address, c: Address, b: Address, d: Address, z: Address, n: number) => void;
  readonly crossDot: (a: Address, c: Address, b: Address, d: Address, z: Address, n: number) => void;
  readonly sum: (x: Address, z: Address, n: number) => void;
  readonly prefixSums: (x: Address, z: Address, total: Address, n: number) => void;
  readonly extendSign: (x: Address, z: Address, left: number, right: number, n: number) => void;
  readonly toSlices: (x: Address, z: Address, stride: number, n: number) => void;
  readonly fromSlices: (x: Address, z: Address, stride: number, n: number) => void;
  readonly addWide: WideBinary;
  readonly subtractWide: WideBinary;
  readonly multiplyAddWide: WideBinary;
  readonly multiplyAddTwo: (x: Address, y: Address, z: Address, n: number, stride: number) => void;
  readonly crossAccumulateTwo: (a: Address, c: Address, b: Address, d: Address, z: Address, n: number, stride: number) => void;
  readonly prefixSumsWide: (x: Address, z: Address, total: Address, n: number, words: number, stride: number) => void;
}

/** The part of the platform's interface that is needed; neither the language's library nor Node's types declare it. */
interface WebAssemblyInterface {
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

function instantiate(): Kernels {
  const { Module, Instance } = (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;
  const code = Uint8Array.from(atob(WASM_CODE), (c) => c.charCodeAt(0));
  const exported = new Instance(new Module(code)).exports as Kernels;
  if (exported.memory.buffer.byteLength < FIRST + SLOTS * PITCH || exported.memory.buffer.byteLength !== MEMORY_PAGES * 65_536)
    throw new RangeError('the compiled kernels belong to another layout of memory: build them again');
  return exported;
}

export const kernels: Kernels = instantiate();

/** Where a slot begins, for kernels. */
export const addressOf = (slot: number): Address => FIRST + slot * PITCH;

const slotList = Array.from({ length: SLOTS }, (_, slot) => slot);
const { buffer } = kernels.memory;
/** A block of elements, with its room at the end. */
const elementSlots = slotList.map((slot) => new BigUint64Array(buffer, addressOf(slot), PITCH / 8));
const wordSlots = slotList.map((slot) => new Uint32Array(buffer, addressOf(slot), PITCH / 4));
const byteSlots = slotList.map((slot) => new Uint8Array(buffer, addressOf(slot), PITCH));

export const elementSlot = (slot: number): BigUint64Array => elementSlots[slot] as BigUint64Array;
export const wordSlot = (slot: number): Uint32Array => wordSlots[slot] as Uint32Array;
export const byteSlot = (slot: number): Uint8Array => byteSlots[slot] as Uint8Array;
