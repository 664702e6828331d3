/** What is known after some steps of a relative question: their answers, verified and combined. */
import { canonicalBytes, RefusedError } from '@sluis/base';
import type { ResultTable, RunResult } from '@sluis/model';
import { combineAnswers, type NoisyAnswer, requireAlike, type Unmet, unmetIn } from '@sluis/planner';
import type { RelativeQuestion } from './relative-question.ts';
import { type VerifierEngines, verifyReceiptFile } from './verify-receipt.ts';

/** A step that was answered. */
export interface TakenStep {
  readonly step: number;
  readonly answer: RunResult;
}

/** A step that was charged, as far as this station knows, and gave no answer: it stays charged. */
export interface LostStep {
  readonly step: number;
  readonly run: string;
}

export interface RelativeState {
  readonly taken: readonly TakenStep[];
  readonly lost: readonly LostStep[];
  readonly answers: readonly NoisyAnswer[];
  /** All answers combined, with intervals that hold at whichever step it ends; null before the first. */
  readonly table: ResultTable | null;
  /** Values that may be further off than was asked. */
  readonly unmet: readonly Unmet[];
  /** Whether there are rows and all their values are as exact as was asked. */
  readonly met: boolean;
}

export const NOTHING_TAKEN: RelativeState = { taken: [], lost: [], answers: [], table: null, unmet: [], met: false };

/** Steps that were charged, by their places in the plan. */
export const chargedSteps = ({ taken, lost }: RelativeState): number[] => [...taken, ...lost].map((s) => s.step);

/**
 * Verifies an answer's receipt, and combines the answer with those before. Only what was released is looked at.
 *
 * @throws InvalidError `receipt/…` for a receipt that is not genuine, RefusedError `plan/other-question`,
 *   `plan/answers-differ` for an answer about other rows than those before.
 */
export async function withAnswer(
  { plan, agreement }: RelativeQuestion,
  state: RelativeState,
  answer: RunResult,
  engines: VerifierEngines,
): Promise<RelativeState> {
  const step = state.taken.length;
  const verified = await verifyReceiptFile(canonicalBytes(answer.receipt), engines, agreement);
  const { prepared, released, body } = verified;
  if (released === null || body.run !== answer.run || prepared.hash !== plan.steps[step]?.prepared.hash) throw otherAnswer(answer.run);
  const answers = [...state.answers, { prepared, released }];
  requireAlike(answers);
  const combined = combineAnswers(answers, plan.outside);
  const table = await engines.finaliser.finalise(combined.prepared, combined.released);
  const unmet = unmetIn(combined.prepared, table, plan.share);
  return { ...state, taken: [...state.taken, { step, answer }], answers, table, unmet, met: table.rows.length > 0 && unmet.length === 0 };
}

const otherAnswer = (run: string): RefusedError =>
  new RefusedError('plan/other-question', {
    stage: 'release',
    message: `The answer of run ${run} is not to the question that was put.`,
    remedy: 'Do not rely on it; ask the question again from its beginning.',
  });
