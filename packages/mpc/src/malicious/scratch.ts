/** Memory that one check after the other uses again: fresh memory costs more than most of what is done with it. */
import type { Words } from './algebra.ts';

export class Scratch {
  #memory: Words = new BigUint64Array(0);
  #used = 0;

  /** Forgets all that was taken and makes room for `words` words. What was taken before must no longer be used. */
  restart(words: number): void {
    if (this.#memory.length < words) this.#memory = new BigUint64Array(words);
    this.#used = 0;
  }

  /** The next words; they hold whatever was there. RangeError beyond the room. */
  take(words: number): Words {
    if (this.#used + words > this.#memory.length) throw new RangeError('a check takes no more memory than it made room for');
    this.#used += words;
    return this.#memory.subarray(this.#used - words, this.#used);
  }
}

/** Lends scratch memory to as many as work at a time. */
export class ScratchPool {
  readonly #free: Scratch[] = [];

  async with<T>(work: (scratch: Scratch) => Promise<T>): Promise<T> {
    const scratch = this.#free.pop() ?? new Scratch();
    // Not given back after a failure: a message may still be on its way out of it.
    const result = await work(scratch);
    this.#free.push(scratch);
    return result;
  }

  /** Gives the memory back to the system. */
  clear(): void {
    this.#free.length = 0;
  }
}
