/** What the page and its worker tell each other. */
import type { ContributeProgress, RowProblem } from '@sluis/sdk/contribute';

export type ToWorker =
  | { readonly kind: 'identity'; readonly name: string }
  | { readonly kind: 'agreement'; readonly identity: string }
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
      readonly code: string;
      readonly message: string;
      readonly remedy: string | null;
      readonly problems: readonly RowProblem[];
    };
