/** The descriptor of questions on secret rows. */
import type { RowsTechnique } from '@sluis/technique';
import { checkRowsPlan } from './check-plan.ts';
import { costOfRows } from './cost.ts';
import { evaluate } from './evaluate.ts';
import { withinBounds } from './within-bounds.ts';

/** Evaluates WHERE, joins, groups and aggregates on rows that nobody can read. */
export const rowsOnShares: RowsTechnique = {
  id: 'rows-on-shares',
  version: 1,
  stage: 'rows',
  title: 'SQL on secret rows: filters, joins, groups and aggregates by the compute parties together',
  checkPlan: checkRowsPlan,
  threat: {
    model: 'malicious',
    corruptions: 1,
    collusion:
      'As strong as the computation it runs on: any two of the three compute parties together can reconstruct every row that was shared. A contributor can lie within the bounds of the agreement.',
  },
  reveals: (plan) =>
    plan.committee.map((to) => ({
      to,
      what: 'Who gave rows and how many each gave; of sorting, in which order shuffled rows stand; whether deposited values keep their bounds, and whether keys that are declared unique are. No value, no key, and not how many rows pass a condition.',
    })),
  cost: ({ plan }) => costOfRows(plan),
  maturity: 'experimental',
  ratings: {
    guarantees: {
      score: 4,
      reason: 'Rows stay secret from every single compute party; what is opened inside is independent of the values.',
    },
    maturity: { score: 3, reason: 'Made of published primitives; their composition here is new and not yet reviewed from outside.' },
    compute: { score: 3, reason: 'Filters and few groups take seconds for a million rows; sorting and joins take longer.' },
    network: { score: 2, reason: 'Hundreds of bytes per row for comparisons, a kilobyte or more for sorting and joins.' },
  },
  evaluate,
  withinBounds,
};
