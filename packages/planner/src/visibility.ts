/**
 * Pass 3, infer visibility: who sees what at which step. Everything is secret unless a step makes it visible; a
 * question whose answer would hold something still secret, such as a row's own value, is refused.
 */
import { RefusedError } from '@sluis/base';
import { childrenOf, print, type Bound } from './expression.ts';
import type { Question } from './question.ts';

/** `public`: every station knows it (literals, declared group values). `receivers`: opened to them if the rules pass. `owner`: stays with its provider. */
export type Visibility = 'public' | 'receivers' | 'owner';

/** Visibility of an expression in the answer: keys are public, aggregates go to receivers, a bare column stays with its owner. */
export function visibilityOf(node: Bound, keys: ReadonlySet<string>): Visibility {
  if (keys.has(print(node))) return 'public';
  switch (node.kind) {
    case 'constant':
    case 'grouping':
      return 'public';
    case 'aggregate':
      return 'receivers';
    case 'column':
      return 'owner';
    case 'operation': {
      const parts = childrenOf(node).map((c) => visibilityOf(c, keys));
      return parts.includes('owner') ? 'owner' : parts.includes('receivers') ? 'receivers' : 'public';
    }
  }
}

/** Throws RefusedError `plan/rows-asked` if the answer, HAVING or ORDER BY would show a value of single rows. */
export function checkVisibility(question: Question): void {
  const keys = new Set(question.keys.map((k) => print(k.expression)));
  const shown: readonly (readonly [string, Bound])[] = [
    ...question.items.map((i) => [`The column "${i.name}" of the answer`, i.expression] as const),
    ...(question.having === null ? [] : [['HAVING', question.having] as const]),
    ...question.orders.map((o) => ['ORDER BY', o.expression] as const),
  ];
  for (const [where, expression] of shown) {
    checkGrouping(expression, keys);
    if (visibilityOf(expression, keys) !== 'owner') continue;
    throw new RefusedError('plan/rows-asked', {
      stage: 'plan',
      message: `${where} would show values of single rows: it is neither grouped by nor aggregated.`,
      remedy: 'Add it to GROUP BY (its column needs a declared domain), or put it into COUNT, SUM, AVG, VAR, STDDEV, MIN or MAX.',
    });
  }
  if (question.keys.length === 0 && !question.items.some((i) => visibilityOf(i.expression, keys) === 'receivers')) {
    throw new RefusedError('plan/rows-asked', {
      stage: 'plan',
      message: 'The question aggregates nothing: it would show one line per row.',
      remedy: 'Ask for aggregates such as COUNT(*), with or without GROUP BY.',
    });
  }
}

function checkGrouping(node: Bound, keys: ReadonlySet<string>): void {
  if (node.kind === 'grouping' && !node.args.every((a) => keys.has(print(a)))) {
    throw new RefusedError('plan/unsupported', {
      stage: 'plan',
      message: 'GROUPING() of something that is not grouped by is not supported.',
      remedy: 'Name expressions of GROUP BY in it.',
    });
  }
  if (node.kind !== 'aggregate') for (const child of childrenOf(node)) checkGrouping(child, keys);
}
