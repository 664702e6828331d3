/** `sluis matching check` */
import { InvalidError } from '@sluis/base';
import { readColumns } from '@sluis/engine';
import { type PreparedKey, prepareKey } from '@sluis/matching';
import { type Agreement, keysOfTable } from '@sluis/model';
import { readAgreementFile } from '../agreement-source.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';

export interface MatchingCheckOptions {
  readonly agreement: string;
  readonly matching: string;
  readonly table: string;
  readonly rows: number;
  readonly json?: boolean;
}

/** Prints the report; ends with exit code 2 where the agreement's conditions are not met, so that no run would begin. */
export async function matchingCheck(file: string, options: MatchingCheckOptions): Promise<void> {
  const { agreement } = readAgreementFile(options.agreement);
  const { keys } = keysOfTable(agreement, options.matching, options.table) ?? matchingNotAgreed(agreement, options.matching, options.table);
  const columns = [...new Set(keys.flatMap((k) => k.columns))];
  const read = await readColumns(file, columns);
  const prepared = keys.map((k) =>
    prepareKey(
      k.definition,
      k.columns.map((name) => read[columns.indexOf(name)]?.values ?? []),
      { repeated: 'once' },
    ),
  );
  const unmet = prepared.flatMap(({ report }, i) => {
    const conditions = keys[i]?.conditions ?? {};
    const wrong = report.reasons.reduce((n, r) => n + (r.reason === 'missing' ? 0 : r.rows), 0);
    return [
      ...(conditions.rejected === 'refuse' && wrong > 0 ? [text.matchingRejectedRefused(report.key)] : []),
      ...(conditions.repeated === 'refuse' && report.repeated > 0 ? [text.matchingRepeatedRefused(report.key)] : []),
    ];
  });
  if (options.json === true)
    printJson({ keys: prepared.map((p) => ({ ...p.report, ...rowsOf(p, options.rows) })), accepted: unmet.length === 0 });
  else print(prepared.map((p, i) => words(p, keys[i]?.columns ?? [], options.rows)).join('\n\n'));
  if (unmet.length === 0) return;
  process.exitCode = 2;
  if (options.json !== true) for (const line of unmet) remark(line);
}

/** Refuses a matching or table that is not agreed, and says which are. */
export function matchingNotAgreed({ matching = {} }: Pick<Agreement, 'matching'>, name: string, table: string): never {
  const known = Object.entries(matching).map(([key, terms]) => `${key} (${terms.tables.join(', ')})`);
  throw new InvalidError('matching/not-agreed', {
    stage: 'agreement',
    message: `The agreement has no matching "${name}" with a table "${table}".`,
    remedy: known.length === 0 ? 'It has no matching at all.' : `It has: ${known.join('; ')}.`,
  });
}

/** Numbers of rows, counted from 1 as people do; the head of a file is no row. */
const numbered = (rows: Uint32Array, most: number): number[] => Array.from(rows.subarray(0, most), (r) => r + 1);

const rowsOf = ({ rejectedRows, repeatedRows }: PreparedKey, most: number) =>
  most === 0
    ? {}
    : {
        rejected_rows: rejectedRows.map(({ part, reason, rows }) => ({ part, reason, rows: numbered(rows, most) })),
        repeated_rows: repeatedRows.slice(0, most).map((rows) => numbered(rows, most)),
      };

function words({ report, rejectedRows, repeatedRows }: PreparedKey, columns: readonly string[], most: number): string {
  const shown = (rows: Uint32Array) => (most === 0 ? '' : `: ${text.matchingRows(numbered(rows, most), rows.length > most)}`);
  return [
    text.matchingKey(report.key, report.read, report.accepted),
    ...rejectedRows.map(
      ({ part, recipe, reason, rows }) =>
        `  ${text.matchingRejected(rows.length, columns[part] ?? '', recipe, text.matchingReasons[reason])}${shown(rows)}`,
    ),
    ...(report.repeated === 0 ? [] : [`  ${text.matchingRepeated(report.repeated, report.surplus)}`]),
    ...repeatedRows.slice(0, most).map((rows) => `    ${text.matchingRows(numbered(rows, most), rows.length > most)}`),
  ].join('\n');
}
