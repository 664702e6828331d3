/** What a deposit is made of, what it comes to, and how it goes wrong. */
import { InvalidError } from '@sluis/base';
import type { Agreement, DepositManifest, DepositView } from '@sluis/model';
import type { Contributor } from './contributor.ts';
import type { DepositClient } from './deposit-client.ts';
import type { RowProblem } from './encode-rows.ts';

export interface ContributeOptions {
  readonly agreement: Agreement;
  readonly agreementId: string;
  readonly table: string;
  readonly contributor: Contributor;
  /** For an anonymous member: round and token; `contributor` is then the deposit's own key. */
  readonly anonymous: DepositManifest['anonymous'];
  readonly mode: 'append' | 'replace';
  /** The file's bytes, from the beginning each time it is called. */
  readonly source: () => AsyncIterable<Uint8Array>;
  /** Leaves out rows with problems instead of refusing the file. */
  readonly dropInvalid: boolean;
  /** Deposits a file once more that has been deposited before. */
  readonly again: boolean;
  /** Null only checks. */
  readonly client: DepositClient | null;
  readonly onProgress?: (progress: ContributeProgress) => void;
  readonly signal?: AbortSignal;
}

export interface ContributeProgress {
  readonly phase: 'reading' | 'checking' | 'uploading' | 'done';
  /** Rows checked, or pieces that are there. */
  readonly done: number;
  readonly total: number | null;
}

export interface Contributed {
  readonly batch: string | null;
  readonly rows: number;
  /** Rows that were left out, with `dropInvalid`. */
  readonly dropped: number;
  readonly problems: readonly RowProblem[];
  /** Whether it had been deposited before: nothing was sent. */
  readonly already: boolean;
  readonly parties: readonly { readonly organisation: string; readonly deposit: DepositView }[];
}

/** Rows that break the agreement; none was uploaded. */
export class BadRowsError extends InvalidError {
  readonly problems: readonly RowProblem[];
  readonly count: number;

  constructor(problems: readonly RowProblem[], count: number) {
    super('deposit/bad-rows', {
      stage: 'contribution',
      message: `${count} ${count === 1 ? 'row breaks' : 'rows break'} the agreement; nothing was uploaded.`,
      remedy: 'Mend these rows, or leave them out with --drop-invalid.',
    });
    this.problems = problems;
    this.count = count;
  }
}

export const sourceChanged = (): InvalidError =>
  new InvalidError('deposit/source-changed', {
    stage: 'contribution',
    message: 'The file was changed while it was being uploaded; the deposit does not count.',
    remedy: 'Run the command again when the file is as it should be.',
  });
