/** What differs between the two sides of `sluis bilateral`, in the words of its options. */
import { ProtocolError } from '@sluis/base';
import type { Terms } from './bilateral.ts';

const WORDS: Readonly<Record<keyof Terms, string>> = {
  question: '--question',
  width: '--width',
  decimals: '--decimals',
  learns: '--learns',
  label: '--label',
};

/**
 * Throws ProtocolError `garbled/other-question` if the asker said something else than is meant here. Says which options
 * differ; the hash in the greeting is what binds them, also for an asker that says nothing.
 */
export function requireSameTerms(mine: Terms, theirs: unknown): void {
  if (typeof theirs !== 'object' || theirs === null) return;
  const said = theirs as Readonly<Record<string, unknown>>;
  const keys = (Object.keys(WORDS) as (keyof Terms)[]).filter((key) => said[key] !== mine[key]);
  if (keys.length === 0) return;
  const differing = keys.map((key) => `${WORDS[key]}${values(key, said[key], mine[key])}`).join(', ');
  throw new ProtocolError('garbled/other-question', {
    stage: 'wire',
    message: `The asker and the holder were started for different questions: ${differing}. Nothing was computed.`,
    remedy: 'Agree on one question with its width, decimals, learner and label, then start both sides again.',
  });
}

/** Only what can be nothing but a short word or number: text of the other side is not for this terminal. */
function values(key: keyof Terms, theirs: unknown, mine: string | number): string {
  const plain = key !== 'label' && /^[a-z0-9]{1,10}$/.test(String(theirs));
  return plain ? ` (the asker gave ${theirs}, the holder ${mine})` : '';
}
