/**
 * Whether joined rows, groups or candidates have room is a fact about all owners' rows, and an answer shows it by being
 * there or not. A receiver that owns a joined table could make it hang on a single row of another's: with rows that fill all
 * the room but one place. So where a receiver owns a table there has to be room whatever stands in it.
 */
import { RefusedError } from '@sluis/base';
import { MOST_SECRET_GROUPS } from './most-secret-groups.ts';
import type { Join, Question } from './question.ts';
import { ownersOf } from './relation.ts';
import type { Sharing } from './sharing.ts';

/**
 * The question with what keeps its candidates within their room. Throws RefusedError `plan/receiver-gave-rows` where a
 * receiver's own rows could fill what there is.
 */
export function withSureRoom(question: Question, sharing: Sharing | null, receivers: readonly string[]): Question {
  if (sharing === null || question.joins.length === 0) return question;
  const owner = receivers.find((r) => question.sources.some((s) => ownsRows(s, r)));
  if (owner === undefined) return question;
  const most = sharing.sources.map((s) => s.maximumRows);
  let rows = most[0] ?? 0;
  const joins = question.joins.map((join, i): Join => {
    const left = rows;
    if (join.maximumRows > 0) rows = join.maximumRows;
    if (join.matching?.likeness !== undefined) {
      // Tables that are joined later decide nothing here.
      const before = question.sources.slice(0, i + 2);
      const receiver = receivers.find((r) => before.some((s) => ownsRows(s, r)));
      return receiver === undefined ? join : thinned(join, left, receiver, question, i);
    }
    if (join.maximumRows > 0 && join.maximumRows < left * (most[i + 1] ?? 0)) throw noRoom(owner, question, i);
    return join;
  });
  return { ...question, joins };
}

const ownsRows = ({ table }: Question['sources'][number], receiver: string): boolean =>
  [...ownersOf(table), ...(table.deposits?.anonymous?.members ?? [])].includes(receiver);

/**
 * As many candidates for each row on the left as there is room for. Also where the receiver owns neither table that is
 * matched: by a third one it chooses which rows are on the left, and how often each.
 */
function thinned(join: Join, left: number, receiver: string, { sources }: Question, index: number): Join {
  const { matching } = join;
  if (matching?.likeness === undefined) return join;
  const perKey = Math.floor(matching.likeness.maximumPairs / Math.max(1, left));
  if (perKey >= 1) return { ...join, matching: { ...matching, likeness: { ...matching.likeness, perKey } } };
  const [from, to] = [sources[matching.source]?.tableName ?? '', sources[index + 1]?.tableName ?? ''];
  const own = sources.find((s) => ownsRows(s, receiver))?.tableName ?? '';
  throw refusal(
    receiver,
    `${receiver} would receive the result and owns ${own}: with rows of its choice there, whether all pairs of ${from} and ${to} have room would tell it whether a single row of another's has a rough key.`,
    `Agree on "maximum_pairs" of ${left} or more (rows that look for a partner), some times as many for good recall; or name receivers that own none of the tables: --receivers NAME.`,
  );
}

function noRoom(receiver: string, { sources }: Question, index: number): RefusedError {
  const right = sources[index + 1]?.tableName ?? '';
  return refusal(
    receiver,
    `${receiver} would receive the result and owns a joined table: with many rows of one key, whether the join with ${right} has room would tell it whether a single row of another's table has that key.`,
    'Declare the keys of one side "unique" in the agreement, or "maximum_join_rows" of as many rows as the sides multiplied; or name receivers that own none of the joined tables: --receivers NAME.',
  );
}

/** The same for groups whose values are secret: more of them than there is room for show nothing. */
export function checkRoomOfGroups(question: Question, slots: number | null, maximumRows: number, receivers: readonly string[]): void {
  if (question.joins.length === 0 || slots === null || slots < MOST_SECRET_GROUPS || maximumRows <= slots) return;
  const owner = receivers.find((r) => question.sources.some((s) => ownsRows(s, r)));
  if (owner === undefined) return;
  throw refusal(
    owner,
    `${owner} would receive the result and owns a joined table: with rows that fill the room for ${MOST_SECRET_GROUPS} groups, it would see whether a single row of another's table makes one more.`,
    'Group by declared values, agree on fewer rows (maximum_rows), or name receivers that own none of the joined tables: --receivers NAME.',
  );
}

const refusal = (party: string, message: string, remedy: string) =>
  new RefusedError('plan/receiver-gave-rows', { stage: 'plan', party, message, remedy });
