/** How the result of an intersection is printed: for people, as CSV, and as the JSON of the command line's contract. */
import { canonicalText } from '@sluis/base';
import { columnsOfKey, type IntersectionOutcome, type IntersectionReceipt, type IntersectionResult, type Receipt } from '@sluis/model';
import { writePrivate } from '../files.ts';
import { text } from '../messages/index.ts';
import { renderGrid } from '../output/grid.ts';
import { bytesText, durationText, terminalWidth, wrap } from '../output/paint.ts';
import { painted, print, printJson, remark } from '../output/streams.ts';
import type { IntersectOptions } from './intersect.ts';

/** Exit code where the minimum was not reached. */
const NOTHING = 4;
/** Items that people are shown; files get all. */
const SHOWN = 20;

/** The JSON document of the contract. */
export interface IntersectDocument {
  readonly size: number | null;
  readonly sum: string | null;
  readonly items: readonly (string | readonly string[])[];
  readonly belowMinimum: boolean;
  readonly sent: Readonly<Record<string, number>>;
  readonly timings: { readonly totalMs: number };
  readonly receipt: IntersectionReceipt | Receipt;
}

export function documentOf(result: IntersectionResult): IntersectDocument {
  return {
    size: result.outcome?.size ?? null,
    sum: null,
    items: result.items.map((key) => (key.length === 1 ? (key[0] ?? '') : key)),
    belowMinimum: result.outcome?.below_minimum ?? false,
    sent: result.sent,
    timings: { totalMs: result.totalMs },
    receipt: result.receipt,
  };
}

/** Names of the receiver's columns that matches are shown by. */
function columnsAt({ body, agreement, opening }: IntersectionReceipt): readonly string[] {
  const terms = agreement.agreement.intersections?.[body.intersection];
  return terms === undefined || opening === undefined ? [] : columnsOfKey(agreement.agreement, terms, opening.receiver);
}

export function showIntersection(result: IntersectionResult, receivers: readonly string[], options: IntersectOptions): void {
  const { outcome } = result;
  if (outcome?.below_minimum === true) process.exitCode = NOTHING;
  if (options.receipt !== undefined) {
    writePrivate(options.receipt, canonicalText(result.receipt));
    remark(text.receiptSaved(options.receipt));
  }
  const key = columnsAt(result.receipt);
  if (options.output !== undefined) {
    writePrivate(options.output, csvOf(key, result.items));
    remark(text.intersectWritten(options.output, result.items.length));
  }
  if (options.json === true || options.format === 'json') printJson(documentOf(result));
  else if (options.format === 'csv') process.stdout.write(csvOf(key, result.items));
  else if (outcome === null) remark(text.intersectElsewhere(receivers.join(', ')));
  else showToPeople(result, outcome, receivers, key, options);
}

/** Whether people are to be told that files with nothing in common may only be written differently. */
export const mayBeWrittenOtherwise = (
  size: number | null | undefined,
  { recipe, format, json }: Pick<IntersectOptions, 'recipe' | 'format' | 'json'>,
): boolean => size === 0 && recipe === undefined && format === 'table' && json !== true;

function showToPeople(
  result: IntersectionResult,
  { size }: IntersectionOutcome,
  receivers: readonly string[],
  key: readonly string[],
  options: IntersectOptions,
): void {
  const { own, items, sent } = result;
  const width = terminalWidth(process.stderr);
  remark(text.intersectOwn(own.rows, own.items, own.missing));
  for (const { key: name, rejected, repeated, reasons } of own.keys)
    remark(text.intersectKey(name, rejected, repeated, reasons.map((r) => `${r.recipe} ${r.reason}: ${r.rows}`).join(', ')));
  if (size === null) {
    remark(painted.err.yellow(text.intersectBelow));
    return;
  }
  print(painted.out.bold(text.intersectSize(size)));
  if (options.output === undefined && items.length > 0) print(renderGrid(key, items.slice(0, SHOWN), painted.out));
  if (options.output === undefined && items.length > SHOWN) remark(text.intersectMore(items.length - SHOWN));
  const { inputs } = result.receipt.body;
  remark(
    wrap(
      text.intersectLearned(
        receivers.join(', '),
        Object.entries(inputs)
          .map(([n, i]) => `${n} ${i.declared}`)
          .join(', '),
      ),
      width,
    ),
  );
  const all = Object.entries(sent).map(([name, bytes]) => `${name} ${bytesText(bytes)}`);
  remark(painted.err.dim(text.intersectCost(durationText(result.totalMs), all.join(', '))));
}

const field = (value: string): string => (/[",\r\n]/.test(value) || value === '' ? `"${value.replaceAll('"', '""')}"` : value);

/** RFC 4180. */
const csvOf = (key: readonly string[], items: readonly (readonly string[])[]): string =>
  [key, ...items].map((row) => `${row.map(field).join(',')}\n`).join('');
