/** An explanation under its headings, for people. */
import type { Explanation, ExplainTopic } from '@sluis/model';
import type { Messages } from '../messages/index.ts';
import { bytesText, durationText, type Paint, printable, wrap } from './paint.ts';

const TOPICS: readonly ExplainTopic[] = [
  'sends',
  'committee',
  'receiver',
  'intermediate',
  'suppression',
  'noise',
  'coalition',
  'cost',
  'sandbox',
];

export function renderExplanation(explanation: Explanation, messages: Messages, paint: Paint, width: number): string {
  const headings: Record<ExplainTopic, string> = {
    sends: messages.aboutSends,
    committee: messages.aboutCommittee,
    receiver: messages.aboutReceiver,
    coalition: messages.aboutCoalition,
    suppression: messages.aboutSuppression,
    noise: messages.aboutNoise,
    intermediate: messages.aboutIntermediate,
    cost: messages.aboutCost,
    sandbox: messages.aboutSandbox,
  };
  const blocks = TOPICS.flatMap((topic) => {
    const sentences = explanation.sentences.filter((s) => s.about === topic);
    if (sentences.length === 0) return [];
    const lines = sentences.map((s) => wrap(`  ${printable(s.text)}`, width, '    '));
    return [[paint.bold(headings[topic]), ...lines].join('\n')];
  });
  return blocks.join('\n');
}

export function renderEstimate(explanation: Explanation, messages: Messages): string {
  const { rounds, bytes, seconds } = explanation.cost;
  return messages.estimate(durationText(seconds * 1000), bytesText(bytes), rounds);
}
