/** What a station's runs need of the other stations; they answer it for their own. */
import type { SluisError } from '@sluis/base';
import type { Receipt } from '@sluis/model';
import type { AdmittedRun, RunMessage } from './context.ts';
import type { SignedApproval, SignedProposal } from './messages.ts';
import type { BadEnd } from './run-ends.ts';

/** Every method throws a SluisError that names the peer and says what was being done with it. */
export interface Messenger {
  propose(to: string, run: AdmittedRun, signed: SignedProposal): Promise<void>;
  /** Has a participant play its part; resolves when the run has ended for it. Aborting gives up on it. */
  start(to: string, run: AdmittedRun, attempt: number, approvals: readonly SignedApproval[], signal: AbortSignal): Promise<Receipt | null>;
  finish(to: string, run: AdmittedRun, receipt: Receipt): Promise<void>;
  end(to: string, run: AdmittedRun, state: BadEnd, error: SluisError): Promise<void>;
  approve(to: string, run: AdmittedRun, approval: SignedApproval): Promise<void>;
  /** The receipt that a participant holds of a run, or null. */
  receipt(from: string, run: AdmittedRun): Promise<Receipt | null>;
  body(
    to: string,
    run: AdmittedRun,
    attempt: number,
    type: RunMessage,
    header: Record<string, unknown>,
    body: Uint8Array,
    bounds: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<void>;
  progress(to: string, run: AdmittedRun, step: string, detail: string): void;
}
