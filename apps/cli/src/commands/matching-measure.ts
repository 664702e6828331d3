/** `sluis matching measure` */
import { InvalidError } from '@sluis/base';
import { readColumns } from '@sluis/engine';
import { type Measurement, measureMatching, type SampleSide } from '@sluis/linkage';
import { type Agreement, keysOfTable, likenessOfTable, parseMatchingYaml } from '@sluis/model';
import { readAgreementFile } from '../agreement-source.ts';
import { readInput } from '../connection.ts';
import { text } from '../messages/index.ts';
import { renderMeasurement } from '../output/measurement.ts';
import { painted, print, printJson } from '../output/streams.ts';
import { matchingNotAgreed } from './matching-check.ts';

export interface MatchingMeasureOptions {
  readonly truth: string;
  readonly agreement?: string;
  readonly matching?: string;
  readonly terms?: string;
  readonly tableA?: string;
  readonly tableB?: string;
  readonly thresholds?: readonly number[];
  readonly examples: number;
  readonly json?: boolean;
}

/** Percentage points around the declared threshold that are tried unless others are asked for. */
const AROUND = [-10, -5, 5, 10];

/** Prints how well the terms work on two files of which it is known who their rows are about. */
export async function matchingMeasure(left: string, right: string, options: MatchingMeasureOptions): Promise<void> {
  const { agreed, name } = termsOf(options);
  const [a, b] = tablesOf(agreed, name, options);
  const [declared, other] = [declaredFor(agreed, name, a), declaredFor(agreed, name, b)];
  const likeness = declared.likeness?.terms ?? null;
  if (likeness === null && options.thresholds !== undefined)
    throw usage('These terms compare nothing by likeness: there is no threshold.', 'Leave --thresholds out, or add "approximate".');
  const threshold = likeness?.threshold.numerator ?? 0;
  const around = AROUND.map((more) => threshold + more).filter((percent) => percent >= 1 && percent <= 100);
  const [truth, truthRight] = truthColumns(options.truth);
  const measurement = measureMatching(
    { keys: declared.keys.map((k) => k.definition), likeness, percents: options.thresholds ?? around },
    await readSide(left, truth, declared),
    await readSide(right, truthRight, other),
    options.examples,
  );
  if (options.json === true) printJson(document(measurement));
  else
    print(
      renderMeasurement(
        {
          measurement,
          files: [left, right],
          agreed: likeness === null ? null : { percent: threshold, maximumPairs: likeness.maximumPairs },
          examples: options.examples > 0,
        },
        text,
        painted.out,
      ),
    );
}

const usage = (message: string, remedy: string) => new InvalidError('usage/measure', { stage: 'usage', message, remedy });

type Matchings = Pick<Agreement, 'matching'>;

/** The agreement's matchings, or one made of a file with its terms alone. */
function termsOf({ agreement, matching, terms }: MatchingMeasureOptions): { readonly agreed: Matchings; readonly name: string } {
  if (terms !== undefined && agreement === undefined && matching === undefined)
    return { agreed: { matching: { terms: parseMatchingYaml(readInput(terms), terms) } }, name: 'terms' };
  if (terms !== undefined || agreement === undefined || matching === undefined)
    throw usage('The terms are needed once.', 'Give --agreement FILE and --matching NAME, or --terms FILE.');
  return { agreed: readAgreementFile(agreement).agreement, name: matching };
}

/** Both files' tables: as named, else the matching's first and second. */
function tablesOf({ matching = {} }: Matchings, name: string, { tableA, tableB }: MatchingMeasureOptions): [string, string] {
  const tables = Object.hasOwn(matching, name) ? (matching[name]?.tables ?? []) : [];
  if (tables.length > 2 && (tableA === undefined || tableB === undefined))
    throw usage(
      `The matching has more than two tables: ${tables.join(', ')}.`,
      'Say with --table-a and --table-b which the files are for.',
    );
  return [tableA ?? tables[0] ?? '', tableB ?? tables[1] ?? tables[0] ?? ''];
}

type Declared = NonNullable<ReturnType<typeof keysOfTable>> & { readonly likeness: ReturnType<typeof likenessOfTable> };

function declaredFor(agreed: Matchings, matching: string, table: string): Declared {
  const declared = keysOfTable(agreed, matching, table) ?? matchingNotAgreed(agreed, matching, table);
  return { ...declared, likeness: likenessOfTable(agreed, matching, table) };
}

/** `NAME`, or `LEFT=RIGHT` where the files call it differently. */
function truthColumns(truth: string): [string, string] {
  const [left = '', right = left, more] = truth.split('=');
  if (left === '' || right === '' || more !== undefined)
    throw usage(`--truth ${truth} names no column.`, 'Use --truth COLUMN, or --truth LEFT=RIGHT where the names differ.');
  return [left, right];
}

async function readSide(file: string, truth: string, { keys, likeness }: Declared): Promise<SampleSide> {
  const names = [...new Set([truth, ...keys.flatMap((k) => k.columns), ...(likeness?.fields ?? []), ...(likeness?.blocks ?? []).flat()])];
  const read = await readColumns(file, names);
  const column = (name: string) => read[names.indexOf(name)]?.values ?? [];
  return {
    truth: column(truth),
    keys: keys.map((k) => k.columns.map(column)),
    likeness: likeness === null ? null : { fields: likeness.fields.map(column), blocks: likeness.blocks.map((parts) => parts.map(column)) },
  };
}

/** Rows are counted from 1, as people do. */
function document({ wrong, missed, ...found }: Measurement) {
  const numbered = (pairs: Measurement['wrong']) => pairs.map((p) => ({ ...p, left: p.left + 1, right: p.right + 1 }));
  return { ...found, wrong: numbered(wrong), missed: numbered(missed) };
}
