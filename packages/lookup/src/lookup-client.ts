/**
 * Asking. The client learns, of the identifiers it asks and no others, whether they are in the database and what stands
 * there. The owner sees that a question came, when, from whom and in which size class.
 */
import { type Random, SluisError } from '@sluis/base';
import { loadOprf, type Oprf, OPRF_OUTPUT_BYTES } from '@sluis/crypto';
import { DownloadedDatabase, type UpdateReport } from './downloaded-database.ts';
import { unusable } from './faults.ts';
import { functionInput, type Normalise, plainIdentifier } from './function-outputs.ts';
import type { LookupCache } from './lookup-cache.ts';
import type { LookupTransport } from './lookup-transport.ts';
import { keyOf, type Publication } from './publication.ts';
import { decodeAnswer, encodeQuestion, NONCE_BYTES } from './question-form.ts';

export interface ClientOptions {
  readonly transport: LookupTransport;
  readonly cache: LookupCache;
  /** Ed25519 key of the owner, 32 bytes. */
  readonly ownersKey: Uint8Array;
  readonly random: Random;
  /** How identifiers are normalised, by the recipe that the publication names (null: none named). */
  readonly normaliser?: (recipe: string | null) => Normalise;
  /**
   * `whole` (default): everything is downloaded first, and lookups show nowhere. `parts`: only the chunks that identifiers
   * fall into are downloaded; the owner, or whoever serves them, then sees which chunks: of c chunks, log2(c) bits of the
   * identifier's pseudonym, by which it can tell two candidates apart and recognise the same question twice. Each chunk
   * holds entries/c entries, among which a member that is asked for is not told apart.
   */
  readonly download?: 'whole' | 'parts';
}

export interface LookupAnswer {
  readonly id: string;
  readonly found: boolean;
  /** Null also if there are no values, or none there. */
  readonly value: string | null;
}

export class LookupClient {
  readonly #options: ClientOptions;
  readonly #oprf: Oprf;
  readonly #database: DownloadedDatabase;

  private constructor(options: ClientOptions, oprf: Oprf) {
    this.#options = options;
    this.#oprf = oprf;
    this.#database = new DownloadedDatabase(options.transport, options.cache, options.ownersKey, options.download !== 'parts');
  }

  /** Loads the group's arithmetic; nothing is sent. */
  static async open(options: ClientOptions): Promise<LookupClient> {
    return new LookupClient(options, await loadOprf('voprf'));
  }

  get publication(): Publication | null {
    return this.#database.publication;
  }

  /** Brings the copy up to date; see `DownloadedDatabase.update` for what is refused. */
  update(progress?: (done: number, all: number) => void): Promise<UpdateReport> {
    return this.#database.update(progress);
  }

  /**
   * Asks for identifiers, in the order given; more than the largest batch are several questions.
   *
   * @throws InvalidError `lookup/identifier` before anything is sent; ProtocolError `crypto/oprf-proof` if the owner used
   *   another key than the published one; what the owner refuses, such as `lookup/limit`.
   *
   * Cost: about 2 ms an identifier on this side and 1 ms on the owner's for a single one, 1 ms in large batches.
   */
  async ask(identifiers: readonly string[]): Promise<LookupAnswer[]> {
    if (identifiers.length === 0) return [];
    if (this.publication === null) await this.update();
    try {
      return await this.#ask(identifiers);
    } catch (thrown) {
      // The owner published meanwhile: once more, with everything fresh.
      if (!(thrown instanceof SluisError) || thrown.code !== 'lookup/stale-version') throw thrown;
      await this.update();
      return this.#ask(identifiers);
    }
  }

  async #ask(identifiers: readonly string[]): Promise<LookupAnswer[]> {
    const publication = this.publication as Publication;
    const normalise = this.#options.normaliser?.(publication.recipe) ?? withoutRecipe(publication.recipe);
    const names = identifiers.map((id) => normalise(id));
    const wrong = names.indexOf(null);
    if (wrong >= 0) throw unusable('identifier', ...noIdentifier(wrong, names.length, publication.recipe));
    const inputs = (names as string[]).map((name) => functionInput(publication.database, name));
    const largest = publication.batches.at(-1) ?? 1;
    const answers: LookupAnswer[] = [];
    for (let at = 0; at < inputs.length; at += largest) {
      const outputs = await this.#evaluate(inputs.slice(at, at + largest), publication);
      for (let i = 0; i * OPRF_OUTPUT_BYTES < outputs.length && at + i < inputs.length; i++) {
        const found = await this.#database.find(outputs, i);
        answers.push({ id: identifiers[at + i] ?? '', found: found.found, value: found.found ? found.value : null });
      }
    }
    return answers;
  }

  /** One question: padded to its size class with inputs that nobody could mean. */
  async #evaluate(
    inputs: readonly Uint8Array[],
    { epoch, version, key, batches }: Publication & { readonly key: string },
  ): Promise<Uint8Array> {
    const { random, transport } = this.#options;
    const batch = batches.find((size) => size >= inputs.length) ?? inputs.length;
    const padded = [...inputs, ...Array.from({ length: batch - inputs.length }, () => random.bytes(32))];
    const mine = this.#oprf.blind(padded, random);
    const nonce = random.bytes(NONCE_BYTES);
    const answer = await transport.ask(encodeQuestion({ epoch, version, nonce, blinded: mine.blinded }));
    return this.#oprf.finalize(padded, mine, decodeAnswer(answer, nonce, batch), keyOf({ key } as Publication));
  }
}

function withoutRecipe(recipe: string | null): Normalise {
  if (recipe === null) return plainIdentifier;
  throw unusable(
    'recipe',
    `The owner normalises identifiers by the recipe "${recipe}", which is not known here.`,
    'Use a release that knows it.',
  );
}

/** By its place, never by its value. */
const noIdentifier = (at: number, all: number, recipe: string | null): [string, string] => [
  `Identifier ${at + 1} of ${all} is not of the form that the register takes${recipe === null ? '' : ` (${recipe})`}; nothing was asked.`,
  'Correct it, or leave it out: a typing error is not in the register.',
];
