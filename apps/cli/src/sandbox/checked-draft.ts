/** The agreement of a trial, and the question planned under it here, so that nothing starts for a question that is refused. */
import { RefusedError } from '@sluis/base';
import type { Agreement, Card } from '@sluis/model';
import { asksRelativeError, prepare, prepareRelative, type SqlEngine } from '@sluis/planner';
import type { Cast } from './cast.ts';
import type { SandboxTable } from './draft.ts';
import { withAnyBound, withJoinFacts, withTextAlike } from './joins.ts';
import { type DraftTerms, draftTrial, type Trial } from './trial.ts';

export interface CheckedDraft {
  readonly agreement: Agreement;
  readonly tables: readonly SandboxTable[];
  readonly leftOut: readonly string[];
}

/** Throws InvalidError if no agreement can be drafted, RefusedError `plan/…` if stations would refuse the question. */
export async function checkedDraft(trial: Trial, cards: readonly Card[], terms: DraftTerms, engine: SqlEngine): Promise<CheckedDraft> {
  const { cast, sql } = trial;
  try {
    const draft = (tables: readonly SandboxTable[]) => draftTrial({ ...trial, tables }, cards, terms);
    const owned = trial.tables.some((t) => t.kind === 'owner');
    const alike = owned ? withTextAlike(trial.tables) : trial.tables;
    const tables = owned
      ? await withJoinFacts(alike, draft(withAnyBound(alike)).agreement, sql, cast.receivers.slice(0, 1), engine)
      : alike;
    const { agreement, leftOut } = draft(tables);
    await requirePlan(agreement, sql, terms.eachReceiver === true ? cast.receivers.map((r) => [r]) : [cast.receivers], engine);
    return { agreement, tables, leftOut };
  } catch (thrown) {
    throw withRemedyOfTry(thrown, cast);
  }
}

/** Refuses what is refused for every group of receivers; the others get their own answers, or refusals, when asked. */
async function requirePlan(agreement: Agreement, sql: string, groups: readonly (readonly string[])[], engine: SqlEngine): Promise<void> {
  const plan = asksRelativeError(sql) ? prepareRelative : prepare;
  const ended = await Promise.allSettled<unknown>(groups.map((receivers) => plan({ sql, agreement, agreementId: '', receivers }, engine)));
  const [first] = ended;
  if (first?.status === 'rejected' && ended.every((e) => e.status === 'rejected')) throw first.reason;
}

/** Planner's remedies speak of agreements and of `sluis ask`; here there are other options. */
function withRemedyOfTry(thrown: unknown, { providers }: Cast): unknown {
  if (!(thrown instanceof RefusedError)) return thrown;
  const names = providers.map((p) => p.name);
  const remedies: Readonly<Record<string, string>> = {
    'plan/one-receiver': `Say who is to learn it: --receiver ${names.join(' or --receiver ')}; or --each-receiver, and each learns its own.`,
    'plan/receiver-gave-rows': 'Leave --receiver and --each-receiver out: the result then goes to an analyst without data.',
    'plan/column-use-missing':
      'Columns of text, times or fractions with more than 1,000 different values have no list to group by: use a coarser one, or declare it with --rules FILE. Text may be grouped by without a list: give its column { uses: [ group, join, filter, reveal ], domain: null } there (docs/sql.md).',
  };
  const joins = thrown.code === 'plan/type-mismatch' && thrown.message.startsWith('The join compares');
  const remedy = joins
    ? 'Declare both columns alike with --rules FILE: the same type, and a list of values for both or none.'
    : remedies[thrown.code];
  if (remedy === undefined) return thrown;
  const { code, stage, message, party, cause } = thrown;
  return new RefusedError(code, { stage, message, remedy, cause, ...(party === null ? {} : { party }) });
}
