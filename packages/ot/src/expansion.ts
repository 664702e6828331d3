/**
 * The one pseudorandom function of silent VOLE: 16 bytes to 64, by ChaCha with the key seed ‖ session salt and a counter that
 * names purpose, tree, level and node. The salt and the names keep an attacker from trying one guess against many seeds.
 *
 * ChaCha rather than fixed-key AES because both sides must make the same bytes and one may be a browser, which has no AES for
 * single blocks; in WebAssembly it is fast enough everywhere (docs/decisions/0013-silent-vole.md).
 */
import { type Arena, type LinearEvaluation, linearEvaluation } from '@sluis/kernels';

export const SEED_BYTES = 16;
/** What one seed becomes: four seeds. */
export const EXPANDED_BYTES = 64;

/** What is expanded, and with how many double rounds. Rounds: 12 suffice for seeds that are uniform and independent. */
export const PURPOSES = {
  tree: { number: 1, doubleRounds: 6 },
  /** Keys that differ by the secret Δ: all 20 rounds. */
  transfer: { number: 2, doubleRounds: 10 },
  /** Public. */
  code: { number: 3, doubleRounds: 4 },
} as const;

export class Expansion {
  readonly #field: LinearEvaluation;
  readonly #header: number;
  readonly #arena: Arena;

  /** Reserves 64 bytes on the arena. @param salt - 16 bytes. */
  constructor(arena: Arena, salt: Uint8Array) {
    if (salt.length !== SEED_BYTES) throw new RangeError('a salt has 16 bytes');
    this.#arena = arena;
    this.#field = arena.attach(linearEvaluation);
    this.#header = arena.reserve(64);
    arena.bytes(this.#header, SEED_BYTES).set(salt);
  }

  /**
   * Expands `count` seeds at `seeds` to 64 bytes each at `out`. Both need room up to the next multiple of three.
   *
   * @param first - of the counter; rises by one a seed. @param repeat - take the first seed for all.
   */
  run(purpose: keyof typeof PURPOSES, seeds: number, out: number, count: number, place: Place, repeat = false): void {
    const { number, doubleRounds } = PURPOSES[purpose];
    this.#arena.words(this.#header + 16, 4).set([place.first ?? 0, place.level ?? 0, place.tree ?? 0, number]);
    this.#field.chachaBlocks(seeds, repeat ? 0 : SEED_BYTES, out, count, this.#header, doubleRounds);
  }
}

/** Where in a session an expansion stands; 0 where left out. */
export interface Place {
  readonly first?: number;
  readonly level?: number;
  readonly tree?: number;
}
