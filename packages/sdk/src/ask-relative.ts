/**
 * Asking for a relative error: ordinary questions, one after the other, until their answers together are exact enough or
 * the ceiling is spent. Stations see nothing of it but questions, each of which they check, charge and answer by itself.
 */
import { type SluisError, toSluisError } from '@sluis/base';
import { OPEN_RUN_STATES, type RunResult, type RunSummary } from '@sluis/model';
import { withinCeiling } from '@sluis/planner';
import { askAndFollow, follow, type Following } from './ask.ts';
import type { RelativeQuestion } from './relative-question.ts';
import { chargedSteps, type LostStep, NOTHING_TAKEN, type RelativeState, withAnswer } from './relative-state.ts';
import type { StationClient } from './station-client.ts';
import type { VerifierEngines } from './verify-receipt.ts';

export interface RelativeFollowing extends Following {
  /** Take up answers that this analyst got of the same question before; nothing of them is paid again. */
  readonly goOn?: boolean;
  /** Called before a step is put, or followed again. */
  readonly onStep?: (step: number, state: RelativeState) => void;
  /** Called with what is known after a step. */
  readonly onState?: (state: RelativeState) => void;
}

export interface RelativeAnswer extends RelativeState {
  readonly question: RelativeQuestion;
  /** `ceiling`: no further step may be paid. `broken-off`: `error` says why; what was answered so far stands. */
  readonly ended: 'met' | 'ceiling' | 'broken-off';
  readonly error: SluisError | null;
}

/**
 * Asks, or goes on. Run by: an analyst's program at a receiver.
 *
 * @throws what ended the sequence if nothing was answered before; otherwise it is `error` of the answer.
 */
export async function askRelative(
  client: StationClient,
  question: RelativeQuestion,
  engines: VerifierEngines,
  following: RelativeFollowing = {},
): Promise<RelativeAnswer> {
  const sequence = new Sequence(client, question, engines, following);
  try {
    if (following.goOn === true) await sequence.takeUp();
    const ended = await sequence.toItsEnd();
    return { ...sequence.state, question, ended, error: null };
  } catch (thrown) {
    const error = toSluisError(thrown, 'run');
    if (sequence.state.taken.length === 0) throw error;
    return { ...(await sequence.withLost()), question, ended: 'broken-off', error };
  }
}

class Sequence {
  state: RelativeState = NOTHING_TAKEN;
  readonly #client: StationClient;
  readonly #question: RelativeQuestion;
  readonly #engines: VerifierEngines;
  readonly #following: RelativeFollowing;
  /** A run of the next step that is under way already. */
  #open: string | null = null;
  /** The step whose answer is not there yet, or could not be used. */
  #under: LostStep | null = null;

  constructor(client: StationClient, question: RelativeQuestion, engines: VerifierEngines, following: RelativeFollowing) {
    this.#client = client;
    this.#question = question;
    this.#engines = engines;
    this.#following = following;
  }

  /** Takes what was answered before. */
  async takeUp(): Promise<void> {
    const { runs, open, lost } = await earlierRuns(this.#client, this.#question);
    this.state = { ...this.state, lost };
    for (const run of runs) {
      if (this.state.met) return;
      this.#under = { step: this.state.taken.length, run };
      await this.#take(await this.#client.result(run));
    }
    this.#open = open;
  }

  async toItsEnd(): Promise<'met' | 'ceiling'> {
    const { plan } = this.#question;
    for (;;) {
      const step = this.state.taken.length;
      if (this.state.met) return 'met';
      // A run under way is paid for already.
      const paid = this.#open !== null;
      if (step >= plan.steps.length || (!paid && !withinCeiling(plan, [...chargedSteps(this.state), step]))) return 'ceiling';
      this.#following.onStep?.(step, this.state);
      await this.#take(await this.#answerOf(step));
    }
  }

  /** With the step that failed, if it was charged as far as this station knows. */
  async withLost(): Promise<RelativeState> {
    const under = this.#under;
    const run = under === null ? null : await this.#client.run(under.run).catch(() => null);
    return under === null || run === null || run.charged === null ? this.state : { ...this.state, lost: [...this.state.lost, under] };
  }

  #answerOf(step: number): Promise<RunResult> {
    const request = this.#question.requests[step];
    if (request === undefined) throw new RangeError('there is no such step');
    const open = this.#open;
    this.#open = null;
    this.#under = open === null ? null : { step, run: open };
    if (open !== null) return follow(this.#client, open, this.#following);
    return askAndFollow(this.#client, request, {
      ...this.#following,
      onRun: (run) => {
        this.#under = { step, run: run.id };
        this.#following.onRun?.(run);
      },
    });
  }

  async #take(answer: RunResult): Promise<void> {
    this.state = await withAnswer(this.#question, this.state, answer, this.#engines);
    this.#under = null;
    this.#following.onState?.(this.state);
  }
}

interface EarlierRuns {
  /** Answered, in the order of steps. */
  readonly runs: readonly string[];
  /** Of the next step, still under way. */
  readonly open: string | null;
  /** Charged without an answer. */
  readonly lost: readonly LostStep[];
}

/** Runs among which earlier ones are looked for. */
const LOOKED_AT = 1000;

/**
 * The latest sequence of this question: its latest first step that was answered or is under way, and of every further step
 * the latest run after the one before it. Steps are told apart by their plans, which no two share.
 */
async function earlierRuns(client: StationClient, question: RelativeQuestion): Promise<EarlierRuns> {
  const { agreementId, organisation, analyst } = question;
  const own = (await client.runs(LOOKED_AT)).runs.filter(
    (r) => r.agreement === agreementId && r.coordinator === organisation && r.analyst === analyst && r.template === null,
  );
  const runs: string[] = [];
  const lost: LostStep[] = [];
  let after = '';
  for (const [step, { prepared }] of question.plan.steps.entries()) {
    // Newest first.
    const attempts = own.filter((r) => r.plan === prepared.hash && r.createdAt >= after);
    const found = attempts.find((r) => isAnswered(r) || OPEN_RUN_STATES.includes(r.state));
    // A first step without an answer began no sequence.
    if (step > 0) lost.push(...attempts.filter(isLost).map((r) => ({ step, run: r.id })));
    if (found === undefined) break;
    if (!isAnswered(found)) return { runs, open: found.id, lost };
    runs.push(found.id);
    after = found.createdAt;
  }
  return { runs, open: null, lost };
}

const isLost = (run: RunSummary): boolean => run.charged !== null && !isAnswered(run) && !OPEN_RUN_STATES.includes(run.state);

const isAnswered = ({ state }: RunSummary): boolean => state === 'released' || state === 'suppressed';
