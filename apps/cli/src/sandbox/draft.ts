/** The agreement of a sandbox: everything allowed, drafted from what was found in the files. */
import {
  type Agreement,
  type Card,
  type ColumnProposal,
  type Draft,
  type DraftTable,
  draftAgreement,
  groupable,
  groupableInSecret,
  NO_LIMIT,
  type Table,
} from '@sluis/model';

export const SANDBOX_COLLABORATION = 'sandbox';
const DAY_MS = 86_400_000;

export interface SandboxRoles {
  readonly cards: readonly Card[];
  readonly committee: readonly [string, string, string];
  readonly receivers: readonly string[];
}

export interface SandboxTable {
  readonly name: string;
  readonly kind: Table['kind'];
  readonly providers: readonly string[];
  readonly columns: readonly ColumnProposal[];
  /** Rows of the largest provider. */
  readonly maximumRows: number;
  /** Of a table of one owner: where its rows are. */
  readonly file?: string;
  readonly unique?: readonly (readonly string[])[];
  readonly maximumJoinRows?: number;
  readonly privacyUnit?: NonNullable<DraftTable['privacyUnit']>;
}

export interface SandboxTerms {
  readonly threatModel?: Agreement['threat_model'];
  readonly templates?: Agreement['templates'];
}

/** Throws InvalidError `agreement/draft` if names can't stand in an agreement. */
export function draftSandbox(roles: SandboxRoles, tables: readonly SandboxTable[], terms: SandboxTerms, now: number): Draft {
  return draftAgreement({
    collaboration: SANDBOX_COLLABORATION,
    cards: roles.cards,
    tables: Object.fromEntries(tables.map((t) => [t.name, { ...t, maximumRows: Math.max(1, t.maximumRows) }])),
    committee: roles.committee,
    receivers: roles.receivers,
    title: 'Sandbox made by sluis try',
    purpose: 'Trying Sluis with files on one machine.',
    legalBasis: 'None: nothing leaves this machine.',
    from: now - DAY_MS,
    days: 8,
    uses: 'all',
    sandbox: true,
    // On request only, and as often as anybody likes: nothing in a sandbox is protected by it.
    noise: { required: false, budget: { epsilon: NO_LIMIT, delta: '0.000001' } },
    ...(terms.threatModel === undefined ? {} : { threatModel: terms.threatModel }),
    ...(terms.templates === undefined ? {} : { templates: terms.templates }),
  });
}

/** Columns that nobody may group by, because they have too many different values. */
export const ungroupable = (columns: readonly ColumnProposal[]): string[] =>
  columns.filter((c) => !groupable(c) && !groupableInSecret(c)).map((c) => c.name);

/** Columns whose values no agreement lists, but which have bounds: groups of them are formed in secret. */
export const groupedInSecret = (columns: readonly ColumnProposal[]): string[] => columns.filter(groupableInSecret).map((c) => c.name);
