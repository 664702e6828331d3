/** The agreement of a sandbox: everything allowed, drafted from what was found in the files. */
import { type Card, type ColumnProposal, type Draft, draftAgreement } from '@sluis/model';

export const SANDBOX_COLLABORATION = 'sandbox';
const DAY_MS = 86_400_000;

export interface SandboxRoles {
  readonly cards: readonly Card[];
  readonly providers: readonly string[];
  readonly committee: readonly [string, string, string];
  readonly receiver: string;
}

export interface SandboxTable {
  readonly name: string;
  readonly columns: readonly ColumnProposal[];
  /** Rows of the largest provider. */
  readonly maximumRows: number;
}

/** Throws InvalidError `agreement/draft` if names can't stand in an agreement. */
export function draftSandbox(roles: SandboxRoles, table: SandboxTable, now: number): Draft {
  return draftAgreement({
    collaboration: SANDBOX_COLLABORATION,
    cards: roles.cards,
    tables: { [table.name]: { columns: table.columns, providers: roles.providers, maximumRows: Math.max(1, table.maximumRows) } },
    committee: roles.committee,
    receivers: [roles.receiver],
    title: 'Sandbox made by sluis try',
    purpose: 'Trying Sluis with files on one machine.',
    legalBasis: 'None: nothing leaves this machine.',
    from: now - DAY_MS,
    days: 8,
    uses: 'all',
    sandbox: true,
  });
}

/** Columns that people may not group by, because they have too many different values. */
export const ungroupable = (columns: readonly ColumnProposal[]): string[] =>
  columns.filter((c) => c.domain === undefined && c.type !== 'BOOLEAN').map((c) => c.name);
