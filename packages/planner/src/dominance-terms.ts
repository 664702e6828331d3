/**
 * The dominance rule compares single rows' contributions with their sum. A constant added to every row (or a second
 * column beside the first) makes rows look alike, and is subtracted again from the answer: SUM(x + 1000000) - 1000000 *
 * COUNT(*). So under this rule a sum has one term.
 */
import { columnsOf, isClosed, type Bound, type OperationNode } from './expression.ts';
import { unsupported } from './refusal.ts';
import { isMoment } from './types.ts';

/** Functions after which an added constant is still there. */
const KEEPS_SHIFT = /^(cast|abs|@|round|round_even|floor|ceil|ceiling|trunc|greatest|least|nullif)$/;

/** Throws RefusedError `plan/unsupported` if a summed argument has more terms than one. */
export function requireOneTerm(aggregate: string, argument: Bound): void {
  if (!isShifted(argument)) return;
  throw unsupported(
    `${aggregate} of a sum of several terms under an agreement with a dominance rule`,
    'The rule is checked term by term: write SUM(a) + SUM(b) instead of SUM(a + b), and SUM(x) + 5 * COUNT(x) instead of SUM(x + 5).',
  );
}

function isShifted(node: Bound): boolean {
  if (node.kind !== 'operation' || columnsOf(node).length === 0) return false;
  switch (node.name) {
    case '+':
    case '-':
      // The days between two dates have no zero of their own: whose date is far away dominates nothing.
      return node.args.length > 1 ? !node.args.every((a) => isMoment(a.type)) : node.args.some(isShifted);
    case '*':
    case '/':
      return node.args.some(isShifted);
    case 'case':
    case 'coalesce':
      return branchesShift(node);
    default:
      return KEEPS_SHIFT.test(node.name) && (node.args.some(isShifted) || clampsAwayFromZero(node));
  }
}

/** Beside branches with columns, a literal branch other than 0 or NULL is a constant added to some rows. */
function branchesShift(node: OperationNode): boolean {
  const branches = node.args.filter((_, i) => node.name !== 'case' || node.roles[i] !== 'decides');
  if (branches.every(isClosed)) return false;
  return branches.some((b) => (isClosed(b) ? !isNothing(b) : isShifted(b)));
}

const isNothing = (b: Bound): boolean => b.type === 'NULL' || (b.interval !== null && b.interval.lo === 0n && b.interval.hi === 0n);

function clampsAwayFromZero(node: OperationNode): boolean {
  const literals = node.args.filter(isClosed);
  if (node.name === 'greatest') return literals.some((l) => l.interval === null || l.interval.hi > 0n);
  return node.name === 'least' && literals.some((l) => l.interval === null || l.interval.lo < 0n);
}
