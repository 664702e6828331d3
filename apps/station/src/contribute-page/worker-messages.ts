/** What the page and its worker tell each other. */
import type { DepositState } from '@sluis/model';
import type { ContributeProgress, RowProblem } from '@sluis/sdk/contribute';

/** One of a person's deposits: its state at each compute party, in committee order; null where it is not there. */
export interface ListedDeposit {
  readonly batch: string;
  readonly table: string;
  readonly rows: number;
  readonly states: readonly (DepositState | null)[];
}

export type ToWorker =
  | { readonly kind: 'identity'; readonly name: string }
  | { readonly kind: 'agreement'; readonly identity: string }
  | { readonly kind: 'list'; readonly identity: string; readonly agreement: string }
  | { readonly kind: 'withdraw'; readonly identity: string; readonly agreement: string; readonly batch: string }
  | {
      readonly kind: 'contribute';
      readonly identity: string;
      /** Id of the agreement that was shown: nothing is sent under another one. */
      readonly agreement: string;
      readonly table: string;
      readonly file: Blob;
      readonly replace: boolean;
      readonly dropInvalid: boolean;
    };

export type FromWorker =
  | { readonly kind: 'identity'; readonly file: string; readonly identity: string }
  | {
      readonly kind: 'agreement';
      readonly id: string;
      readonly name: string;
      readonly collaboration: string;
      readonly purpose: string;
      readonly committee: readonly string[];
      /** Whose signatures were verified: everybody's. */
      readonly signers: readonly string[];
      readonly tables: readonly { readonly name: string; readonly columns: readonly string[] }[];
    }
  | { readonly kind: 'list'; readonly deposits: readonly ListedDeposit[] }
  | { readonly kind: 'progress'; readonly progress: ContributeProgress }
  | {
      readonly kind: 'done';
      readonly batch: string;
      readonly rows: number;
      readonly dropped: number;
      readonly already: boolean;
      readonly parties: readonly string[];
    }
  | {
      readonly kind: 'failed';
      /** What was asked for. */
      readonly asked: ToWorker['kind'];
      readonly code: string;
      readonly message: string;
      readonly remedy: string | null;
      readonly problems: readonly RowProblem[];
    };
