/**
 * A WebAssembly memory that grows, for computations whose data is too large to be copied block by block: sets of millions
 * of items, and correlations for them. Modules compiled from the `assembly-*` folders are attached to it and share it.
 *
 * One arena belongs to one computation. Data is laid out like a stack: `reserve` puts a piece on top, `reset` takes pieces
 * off again. Views (`bytes`, `words`) are cheap and are **empty once the arena has grown**: make them where they are used.
 */

const PAGE = 65_536;
const ALIGNMENT = 64;
/** Room below the first piece: address 0 stays unused, so that a missing address is seen. */
const FIRST = 1024;
const MAXIMUM_PAGES = 65_536;

interface Memory {
  readonly buffer: ArrayBuffer;
  grow(pages: number): number;
}

interface WebAssemblyInterface {
  readonly Memory: new (size: { initial: number; maximum: number }) => Memory;
  readonly Module: new (code: Uint8Array) => object;
  readonly Instance: new (module: object, imports: { env: { memory: Memory } }) => { readonly exports: unknown };
}
const wasm = (): WebAssemblyInterface => (globalThis as unknown as { readonly WebAssembly: WebAssemblyInterface }).WebAssembly;

/** Compiled code of one `assembly-*` folder, and what it exports. */
export class ArenaModule<Exports> {
  readonly #code: string;
  #module: object | null = null;
  declare readonly exports: Exports;

  constructor(code: string) {
    this.#code = code;
  }

  /** The module on a memory; compiled once. */
  instantiate(memory: Memory): Exports {
    this.#module ??= new (wasm().Module)(Uint8Array.from(atob(this.#code), (c) => c.charCodeAt(0)));
    return new (wasm().Instance)(this.#module, { env: { memory } }).exports as Exports;
  }
}

export class Arena {
  #memory: Memory | null;
  #top = FIRST;
  readonly #attached = new Map<object, unknown>();

  constructor() {
    this.#memory = new (wasm().Memory)({ initial: 1, maximum: MAXIMUM_PAGES });
  }

  /** Functions of a module, working on this arena. */
  attach<Exports>(module: ArenaModule<Exports>): Exports {
    const found = this.#attached.get(module) ?? module.instantiate(this.#open());
    this.#attached.set(module, found);
    return found as Exports;
  }

  /**
   * Puts a piece on top: its address, a multiple of 64. New memory holds zeros; memory that was used before does not.
   *
   * @throws RangeError if the arena would be larger than 4 GiB, or the machine has no memory left.
   */
  reserve(bytes: number): number {
    if (!Number.isSafeInteger(bytes) || bytes < 0) throw new RangeError('a piece of an arena has a whole number of bytes');
    const memory = this.#open();
    const address = this.#top;
    const end = address + Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
    const missing = Math.ceil((end - memory.buffer.byteLength) / PAGE);
    if (missing > 0) memory.grow(missing);
    this.#top = end;
    return address;
  }

  /** Copies bytes to a piece of their own; its address. */
  place(bytes: Uint8Array): number {
    const address = this.reserve(bytes.length);
    this.bytes(address, bytes.length).set(bytes);
    return address;
  }

  /** The top of the stack, for `reset`. */
  get top(): number {
    return this.#top;
  }

  /** Takes everything off that was put on since `top` was this. Contents stay in memory until overwritten or closed. */
  reset(top: number): void {
    if (top < FIRST || top > this.#top) throw new RangeError('an arena is reset to where its top was');
    this.#top = top;
  }

  /** A view: empty once the arena has grown. */
  bytes(address: number, length: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.#open().buffer, this.#within(address, length), length);
  }

  /** A view of 32-bit words: empty once the arena has grown. */
  words(address: number, length: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(this.#open().buffer, this.#within(address, 4 * length), length);
  }

  /** Gives the memory up; nothing works afterwards. */
  close(): void {
    this.#memory = null;
    this.#attached.clear();
  }

  #within(address: number, bytes: number): number {
    if (address < FIRST || address + bytes > this.#top) throw new RangeError('outside what was reserved');
    return address;
  }

  #open(): Memory {
    if (this.#memory === null) throw new RangeError('the arena is closed');
    return this.#memory;
  }
}
