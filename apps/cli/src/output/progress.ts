/** Progress of a run on stderr: a list that fills in on a terminal, one line a step elsewhere. */
import type { RunEventView } from '@sluis/model';
import type { Messages } from '../messages/index.ts';
import { type Paint, printable, terminalWidth } from './paint.ts';

interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const ORDER = ['propose', 'approve', 'budget', 'contribution', 'share', 'aggregate', 'noise', 'release', 'receipt'] as const;
/** Without noise that step is not shown: nothing happens in it that people would wait for. */
const ADDS_NOISE = /^adding noise/;
type Step = (typeof ORDER)[number];
/** What stations say of steps in which rows are shared, and of those in which partial aggregates are. */
const OF_ROWS = /\brows\b/;
const OF_PARTIALS = /^(computing partial aggregates|sending sealed shares)/;
type Kind = 'rows' | 'partials';
type Mark = 'going' | 'done' | 'failed';

/** Collects events and shows them. `end` leaves the finished list standing. */
export class ProgressView {
  readonly #parties = new Map<Step, Set<string>>();
  readonly #kinds = new Map<Step, Set<Kind>>();
  readonly #output: Output;
  readonly #messages: Messages;
  readonly #paint: Paint;
  #drawn = 0;
  #waiting = '';

  constructor(output: Output, messages: Messages, paint: Paint) {
    this.#output = output;
    this.#messages = messages;
    this.#paint = paint;
  }

  readonly onEvent = (event: RunEventView): void => {
    const step = ORDER.find((s) => s === event.step);
    if (event.step === 'waiting') this.#wait(printable(event.detail));
    if (step === undefined || (step === 'noise' && !ADDS_NOISE.test(event.detail))) return;
    if (ORDER.indexOf(step) > ORDER.indexOf('approve')) this.#waiting = '';
    this.#noteKind(step, event.detail);
    const parties = this.#parties.get(step);
    if (parties === undefined) this.#parties.set(step, new Set([event.party]));
    else parties.add(event.party);
    if (this.#output.isTTY === true) this.#draw('going');
    else if (parties === undefined) this.#output.write(`  ${this.#label(step)}\n`);
  };

  /** The step that was going on is shown as done or as failed. */
  end(succeeded: boolean): void {
    if (this.#output.isTTY === true) this.#draw(succeeded ? 'done' : 'failed');
  }

  #noteKind(step: Step, detail: string): void {
    const kind = OF_ROWS.test(detail) ? 'rows' : OF_PARTIALS.test(detail) ? 'partials' : null;
    if (kind !== null) this.#kinds.set(step, new Set([...(this.#kinds.get(step) ?? []), kind]));
  }

  #wait(detail: string): void {
    this.#waiting = detail;
    if (this.#output.isTTY === true) this.#draw('going');
    else this.#output.write(`  ${this.#messages.stepWaiting}: ${detail.replace(/^waiting for approval of /, '')}\n`);
  }

  #draw(last: Mark): void {
    const steps = ORDER.filter((s) => this.#parties.has(s));
    const width = terminalWidth(this.#output);
    const lines = steps.map((step, i) => this.#line(step, i < steps.length - 1 ? 'done' : last, width));
    if (this.#waiting !== '' && last === 'going') lines.push(this.#paint.yellow(cut(`  … ${this.#waiting}`, width)));
    const up = this.#drawn > 0 ? `\u001b[${this.#drawn}A\u001b[0J` : '';
    this.#output.write(`${up}${lines.map((l) => `${l}\n`).join('')}`);
    this.#drawn = lines.length;
  }

  #line(step: Step, state: Mark, width: number): string {
    const parties = [...(this.#parties.get(step) ?? [])];
    const mark = { done: this.#paint.green('✓'), going: this.#paint.yellow('…'), failed: this.#paint.red('✗') }[state];
    const label = this.#label(step);
    const rest = cut(`${parties.length}: ${parties.map(printable).join(', ')}`, width - label.length - 7);
    return `  ${mark} ${label}  ${this.#paint.dim(rest)}`;
  }

  #label(step: Step): string {
    const m = this.#messages;
    const kinds = this.#kinds.get(step);
    const of = (partials: string, rows: string, both: string) =>
      kinds?.has('rows') !== true ? partials : kinds.has('partials') ? both : rows;
    const labels: Record<Step, string> = {
      propose: m.stepPropose,
      approve: m.stepApprove,
      budget: m.stepBudget,
      contribution: of(m.stepContribution, m.stepContributionRows, m.stepContributionBoth),
      share: of(m.stepShare, m.stepShareRows, m.stepShareBoth),
      aggregate: of(m.stepAggregate, m.stepAggregateRows, m.stepAggregateRows),
      noise: m.stepNoiseAdded,
      release: m.stepRelease,
      receipt: m.stepReceipt,
    };
    return labels[step];
  }
}

function cut(text: string, width: number): string {
  if (width < 4) return '';
  return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}
