/** Progress of a deposit on stderr: one line that changes on a terminal, one line a phase elsewhere. */
import type { ContributeProgress } from '@sluis/sdk/contribute';
import type { Messages } from '../messages/index.ts';
import { bytesText, terminalWidth } from './paint.ts';

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** A terminal is not redrawn more often. */
const EVERY_MS = 100;

export class ContributeView {
  readonly #output: Output;
  readonly #messages: Messages;
  #phase = '';
  #shown = 0;
  #open = false;

  constructor(output: Output, messages: Messages) {
    this.#output = output;
    this.#messages = messages;
  }

  show(progress: ContributeProgress): void {
    const line = this.#text(progress);
    if (line === null) return;
    const fresh = progress.phase !== this.#phase;
    this.#phase = progress.phase;
    if (this.#output.isTTY !== true) {
      // Elsewhere a line says that a phase has begun, and one that the upload has got further.
      if (fresh || progress.phase === 'uploading') this.#output.write(`  ${line}\n`);
      return;
    }
    const last = progress.total !== null && progress.done >= progress.total;
    if (!fresh && !last && performance.now() - this.#shown < EVERY_MS) return;
    this.#shown = performance.now();
    this.#output.write(`\r\u001b[2K  ${line.slice(0, terminalWidth(this.#output) - 3)}`);
    this.#open = true;
  }

  end(): void {
    if (this.#open) this.#output.write('\n');
    this.#open = false;
  }

  #text({ phase, done, total }: ContributeProgress): string | null {
    if (phase === 'reading') return this.#messages.contributeReading(bytesText(done));
    if (phase === 'checking') return this.#messages.contributeChecking(done);
    return phase === 'uploading' ? this.#messages.contributeUploading(done, total ?? 0) : null;
  }
}
