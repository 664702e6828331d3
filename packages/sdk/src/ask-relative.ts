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
  const { plan } = question;
  let state = NOTHING_TAKEN;
  let under: LostStep | null = null;
  try {
    const earlier = following.goOn === true ? await earlierRuns(client, question) : { runs: [], open: null, lost: [] };
    state = { ...state, lost: earlier.lost };
    for (const run of earlier.runs) {
      if (state.met) break;
      state = await withAnswer(question, state, await client.result(run), engines);
      following.onState?.(state);
    }
    let { open } = earlier;
    for (;;) {
      const step = state.taken.length;
      if (state.met) return { ...state, question, ended: 'met', error: null };
      if (step >= plan.steps.length || (open === null && !withinCeiling(plan, [...chargedSteps(state), step])))
        return { ...state, question, ended: 'ceiling', error: null };
      following.onStep?.(step, state);
      const answer =
        open === null
          ? await put(client, question, step, {
              ...following,
              onRun: (run) => {
                under = { step, run: run.id };
                following.onRun?.(run);
              },
            })
          : await follow(client, open, following);
      [open, under] = [null, null];
      state = await withAnswer(question, state, answer, engines);
      following.onState?.(state);
    }
  } catch (thrown) {
    const error = toSluisError(thrown, 'run');
    if (state.taken.length === 0) throw error;
    const lost = await lostBy(client, under);
    return { ...state, lost: [...state.lost, ...lost], question, ended: 'broken-off', error };
  }
}

/** Whether a step that failed was charged, as far as can be told. */
async function lostBy(client: StationClient, step: LostStep | null): Promise<LostStep[]> {
  const run = step === null ? null : await client.run(step.run).catch(() => null);
  return step !== null && run !== null && isLost(run) ? [step] : [];
}

function put(client: StationClient, { requests }: RelativeQuestion, step: number, following: Following): Promise<RunResult> {
  const request = requests[step];
  if (request === undefined) throw new RangeError('there is no such step');
  return askAndFollow(client, request, following);
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
