/**
 * Answering questions. The owner sees who asks, when, and in which size class; the elements it evaluates are uniformly
 * random whatever is asked, so nothing it could compute, ever, tells it more.
 *
 * Compromise of the owner's secret: whoever has it can compute the function, and so recognise and read every entry of this
 * epoch's publications; of clients it learns nothing.
 */
import type { Clock, Random, SluisError } from '@sluis/base';
import type { Oprf } from '@sluis/crypto';
import { refused, stale } from './faults.ts';
import type { Publication } from './publication.ts';
import { decodeQuestion, encodeAnswer } from './question-form.ts';
import type { QuestionCounter, Verdict } from './question-counter.ts';

export interface DeskOptions {
  readonly oprf: Oprf;
  readonly counter: QuestionCounter;
  /** Identifiers that all clients together may ask in one window. */
  readonly total: number;
  readonly clock: Clock;
  readonly random: Random;
}

/** The publication in force and the key it was made with. */
export interface InForce {
  readonly publication: Publication;
  readonly privateKey: Uint8Array;
}

export class OwnerDesk {
  readonly #options: DeskOptions;
  #current: InForce;

  constructor(current: InForce, options: DeskOptions) {
    this.#current = current;
    this.#options = options;
  }

  /** From now on questions are about another version. */
  replace(current: InForce): void {
    this.#current = current;
  }

  /**
   * Answers one question. Run by: the owner.
   *
   * @param client - who asks, as the channel has authenticated it.
   * @throws ProtocolError `lookup/malformed`, `crypto/not-an-element`; RefusedError `lookup/stale-version`,
   *   `lookup/replayed`, `lookup/limit`. Only what is answered counts; an answer that gets lost has counted.
   *
   * Cost: about 0.3 ms an element, on this thread.
   */
  async answer(client: string, bytes: Uint8Array): Promise<Uint8Array> {
    const { publication, privateKey } = this.#current;
    const { oprf, counter, total, clock, random } = this.#options;
    const question = decodeQuestion(bytes, publication.batches);
    if (question.epoch !== publication.epoch || question.version !== publication.version)
      throw stale(`version ${question.version}`, `version ${publication.version}`);
    oprf.group.checkElements(question.blinded);
    const charge = { client, nonce: question.nonce, identifiers: question.blinded.length / 32, now: clock.now() };
    const verdict = await counter.charge(charge, { ...publication.limit, total });
    if (verdict !== 'allowed') throw refusal(verdict, publication);
    return encodeAnswer(question.nonce, oprf.evaluate(privateKey, question.blinded, random));
  }
}

function refusal(verdict: Exclude<Verdict, 'allowed'>, { limit }: Publication): SluisError {
  if (verdict === 'replayed') return refused('replayed', 'This question was answered already.', 'Ask again with a fresh question.');
  const whose = verdict === 'client-spent' ? 'This client has' : 'All clients together have';
  return refused(
    'limit',
    `${whose} asked as many identifiers as the owner answers in ${limit.windowSeconds} seconds (padding counts).`,
    'Ask later, or ask the owner for a higher limit.',
  );
}
