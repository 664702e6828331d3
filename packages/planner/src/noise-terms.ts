/** What noise a question gets: its own clause, or the agreement's default; refused where the agreement does not provide for it. */
import { RefusedError } from '@sluis/base';
import type { Agreement, NoiseTerms } from '@sluis/model';
import type { NoiseClause } from './noise-clause.ts';

export interface NoiseWanted {
  /** Decimal text; null where an error is asked for instead. */
  readonly epsilon: string | null;
  readonly delta: string;
  readonly within: NoiseClause['within'];
  readonly mechanism: NoiseTerms['mechanism'];
  readonly generation: NoiseTerms['generation'];
}

/**
 * Null for an exact answer. Run by: every station. Throws RefusedError `plan/noise-required` if the agreement demands noise
 * and nobody says how much, `plan/no-noise-terms` if it has none and the question asks for it, `plan/noise-mechanism` if the
 * question names another mechanism than the agreement, `plan/relative-error` for what only several questions can reach
 * (see `prepareRelative`).
 */
export function noiseWanted(clause: NoiseClause | null, { output }: Agreement): NoiseWanted | null {
  const { noise } = output;
  if (noise === undefined) {
    if (clause === null) return null;
    throw new RefusedError('plan/no-noise-terms', {
      stage: 'plan',
      message: 'The question asks for noise, and the agreement does not say how noise is made or what may be spent.',
      remedy:
        'A new version of the agreement that adds output.noise (with a budget) and, to the table, privacy_unit, would allow it. Or leave WITH NOISE and WITHIN out.',
    });
  }
  const fallback = noise.default ?? null;
  const within = clause?.within ?? null;
  if (within?.relative === true) throw severalQuestions();
  const epsilon = clause === null ? (fallback?.epsilon ?? null) : clause.epsilon;
  if (epsilon === null && within === null) {
    if (!noise.required) return null;
    throw new RefusedError('plan/noise-required', {
      stage: 'plan',
      message: 'Under this agreement every answer gets noise, and neither the question nor the agreement says how much.',
      remedy: 'End the question with: WITH NOISE (epsilon = 1). Or agree on output.noise.default.',
    });
  }
  const mechanism = clause?.mechanism ?? null;
  if (mechanism !== null && noise.mechanism !== 'cheapest' && noise.mechanism !== mechanism)
    throw new RefusedError('plan/noise-mechanism', {
      stage: 'plan',
      message: `The question asks for ${mechanism} noise, and the agreement allows ${noise.mechanism} only.`,
      remedy: 'Leave "mechanism" out of WITH NOISE.',
    });
  return {
    epsilon,
    within,
    delta: clause?.delta ?? (clause === null || within !== null ? (fallback?.delta ?? '0') : '0'),
    mechanism: mechanism ?? noise.mechanism,
    generation: noise.generation,
  };
}

const severalQuestions = (): RefusedError =>
  new RefusedError('plan/relative-error', {
    stage: 'plan',
    message:
      'How much noise leaves a relative error (WITHIN 5 PERCENT AT …) depends on the answer. Several questions find that out, one after the other; this is to be one.',
    remedy:
      'Ask it with "sluis ask", which puts as many as are needed, up to the epsilon given as a ceiling. Or give an epsilon alone, or an absolute error: WITHIN 20 AT 95 PERCENT.',
  });
