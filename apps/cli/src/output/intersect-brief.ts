/** What an intersection that nobody sees computes, what each learns and what it costs, a line each. The whole: `--explain`. */
import type { Explanation } from '@sluis/model';
import type { Messages } from '../messages/index.ts';
import type { HiddenTrial, HiddenWish } from '../sandbox/hidden-intersection.ts';
import { renderEstimate } from './explanation.ts';
import { wrap } from './paint.ts';

export function intersectBrief(
  wish: HiddenWish,
  { committee, receiver }: Pick<HiddenTrial, 'committee' | 'receiver'>,
  explanation: Explanation,
  messages: Messages,
  width: number,
): string {
  const { intersectBrief: say } = messages;
  const lines = [
    counted(wish, say),
    say.receiver(receiver, wish.minimum),
    say.committee(committee.join(', '), wish.threatModel === 'semi-honest'),
    say.more(renderEstimate(explanation, messages)),
  ];
  return lines.map((line) => wrap(`  - ${line}`, width, '    ')).join('\n');
}

function counted({ sides, mode, matching, value, threshold, ask }: HiddenWish, say: Messages['intersectBrief']): string {
  const files = sides.length;
  if (mode === 'union') return say.union(files);
  if (mode === 'at-least') return say.atLeast(files, threshold ?? files);
  if (mode === 'size' && matching === null) return say.keys(files);
  const own = value?.side ?? 0;
  const [whose, other] = [sides[own]?.name ?? '', sides[1 - own]?.name ?? ''];
  if (value !== null) return say.sum(whose, other, value.column);
  return (ask === null ? say.rows : say.asked)(whose, other);
}
