/** Progress of an intersection on stderr: each step once, with who has reached it. */
import type { RunEventView } from '@sluis/model';
import { text } from '../messages/index.ts';
import { printable } from '../output/paint.ts';
import { painted, remark } from '../output/streams.ts';

const SHOWN = ['contribution', 'share', 'aggregate', 'receipt'] as const;

export function intersectionProgress(): { readonly onEvent: (event: RunEventView) => void } {
  const seen = new Set<string>();
  return {
    onEvent: ({ step, party }) => {
      const shown = SHOWN.find((s) => s === step);
      if (shown === undefined || seen.has(step)) return;
      seen.add(step);
      remark(painted.err.dim(`  ${printable(party)}: ${text.intersectSteps[shown]}`));
    },
  };
}
