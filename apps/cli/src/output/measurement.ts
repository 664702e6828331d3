/** What measuring terms on a labelled sample found, in words and tables. */
import type { ExamplePair, Measured, MeasuredLikeness, Measurement } from '@sluis/linkage';
import type { Messages } from '../messages/index.ts';
import { renderGrid } from './grid.ts';
import { type Paint, printable, terminalWidth, wrap } from './paint.ts';

export interface MeasurementShown {
  readonly measurement: Measurement;
  readonly files: readonly [string, string];
  /** The terms' own threshold and pairs for each block key; null without likeness. */
  readonly agreed: { readonly percent: number; readonly maximumPairs: number } | null;
  /** Whether pairs are named. */
  readonly examples: boolean;
}

export function renderMeasurement(shown: MeasurementShown, text: Messages, paint: Paint): string {
  const { measurement, files, agreed, examples } = shown;
  const { rows, leftOut, repeated, truePairs, likeness } = measurement;
  const prose = (lines: readonly string[]) => lines.map((line) => wrap(line, terminalWidth(process.stdout))).join('\n');
  const sample = [
    text.measureSample([printable(files[0]), printable(files[1])], rows, truePairs),
    ...(leftOut.some((n) => n > 0) ? [text.measureLeftOut(leftOut)] : []),
    ...(repeated.some((n) => n > 0) ? [text.measureRepeated(repeated)] : []),
  ];
  return [
    prose(sample),
    renderGrid(text.measureHeadings, linkedRows(measurement, agreed?.percent ?? 0, text), paint),
    prose(text.measureMeaning),
    ...(likeness === null || agreed === null ? [] : blockParts(likeness, truePairs, agreed.maximumPairs, text, paint, prose)),
    ...(examples ? [pairLines(text.measureWrong, measurement.wrong, text), pairLines(text.measureMissed, measurement.missed, text)] : []),
  ].join('\n\n');
}

function linkedRows({ keys, inOrder, likeness }: Measurement, agreed: number, text: Messages): string[][] {
  const row = (label: string, { pairs, right, precision, recall }: Measured) => [
    label,
    text.measureNumber(pairs),
    text.measureNumber(right),
    precision === null ? '–' : text.measureShare(precision),
    text.measureShare(recall),
  ];
  const thresholds = likeness?.thresholds ?? [];
  return [
    ...keys.map((k) => row(text.measureKey(k.key), k)),
    row(text.measureInOrder, inOrder),
    ...thresholds.map((t) => row(text.measureLikeness(t.percent, t.percent === agreed), t.alone)),
    ...thresholds.map((t) => row(text.measureWithKeys(t.percent, t.percent === agreed), t.withKeys)),
  ];
}

function blockParts(
  { blocks, neverCompared, empty }: MeasuredLikeness,
  truePairs: number,
  maximum: number,
  text: Messages,
  paint: Paint,
  prose: (lines: readonly string[]) => string,
): string[] {
  const over = blocks.filter((b) => !b.fits).map((b) => b.block);
  const cells = blocks.map((b) => [b.block, text.measureNumber(b.pairs), text.measureNumber(b.right), text.measureFits(maximum, b.fits)]);
  const remarks = [
    ...(over.length === 0 ? [] : [text.measureOverflow(over.join(', '))]),
    text.measureGrowth,
    text.measureNeverCompared(neverCompared, truePairs),
    ...(empty.some((n) => n > 0) ? [text.measureEmpty(empty)] : []),
  ];
  return [renderGrid(text.measureBlockHeadings, cells, paint), prose(remarks)];
}

function pairLines(heading: string, pairs: readonly ExamplePair[], text: Messages): string {
  const why = ({ key, block, percent }: ExamplePair) => {
    if (key !== null) return text.measureByKey(key);
    if (percent === null) return text.measureNoKey;
    return block === null ? text.measureNoBlock(percent) : text.measureByLikeness(percent, block);
  };
  const lines = pairs.map((pair) => `  ${pair.left + 1}, ${pair.right + 1}: ${why(pair)}`);
  return [heading, ...(lines.length === 0 ? [`  ${text.measureNone}`] : lines)].join('\n');
}
