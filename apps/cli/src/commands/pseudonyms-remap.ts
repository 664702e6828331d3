/** `sluis pseudonyms remap` */
import { fromHex, InvalidError, systemRandom, toHex } from '@sluis/base';
import { loadRistretto, type Ristretto } from '@sluis/crypto';
import { noColumn, readTable, type TextTable } from '@sluis/engine';
import { openKeyFile } from '@sluis/keys';
import { Wire } from '@sluis/wire';
import { requireHome } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { countProgress } from '../output/count-progress.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { Asking } from '../pseudonyms/asking.ts';
import { keyOption, requireOther, SHOWN_FROM } from '../pseudonyms/file-options.ts';
import { readCards } from '../pseudonyms/holder-cards.ts';
import { nameOf } from '../pseudonyms/kept-keys.ts';
import { writeTable } from '../pseudonyms/written-table.ts';

export interface RemapOptions {
  readonly home?: string;
  readonly column: string;
  readonly from: string;
  readonly holder: readonly string[];
  readonly output: string;
  readonly rejected: 'leave-out' | 'empty' | 'refuse';
  readonly key?: string;
  readonly json?: boolean;
}

const REASONS = ['missing', 'form', 'not-a-pseudonym'] as const;
type Reason = (typeof REASONS)[number];

/** The different pseudonyms of a column, and what its rows are. */
interface Column {
  readonly place: number;
  /** Packed, 32 bytes each. */
  readonly pseudonyms: Uint8Array;
  readonly distinct: number;
  /** The pseudonym's number, or why there is none. */
  readonly ofRow: readonly (number | Reason)[];
}

/** Reads, asks, and writes the whole file or none of it. */
export async function pseudonymsRemap(file: string, options: RemapOptions): Promise<void> {
  const home = requireHome(options);
  const holders = readCards(options.holder);
  const pinned = keyOption('--key', options.key);
  const from = keyOption('--from', options.from) ?? '';
  requireOther(file, options.output);
  const table = await readTable(file);
  const group = await loadRistretto();
  const column = pseudonymsOf(file, table, options.column, group);
  const rejected = reject(column, options);
  const keys = await openKeyFile(home);
  const wire = new Wire({ tls: keys.tls, identify: (c) => holders.find((h) => h.certificate === c)?.name ?? null, strangers: [] });
  try {
    const wanted = { what: 'next', from } as const;
    const asking = await Asking.open({
      ...{ wire, group, random: systemRandom, holders, pinned, wanted },
      records: Asking.cost(wanted, column.distinct),
      signal: interruption(),
      leftOut: (holder, why) => remark(text.pseudonymsLeftOut(holder, why.message)),
    });
    const mapped = await asking.next(column.pseudonyms, countProgress(text.pseudonymsMaking, SHOWN_FROM));
    const written = writeTable(options.output, table.names, rowsOf(options, table, column, mapped));
    report(options, column, rejected, written, asking.key, from);
  } finally {
    await wire.close();
  }
}

function pseudonymsOf(file: string, table: TextTable, name: string, group: Ristretto): Column {
  const place = table.names.indexOf(name);
  if (place < 0) throw noColumn(file, name, table.names);
  const found = new Map<string, number | Reason>();
  const good: Uint8Array[] = [];
  const read = (value: string): number | Reason => {
    if (!/^[0-9a-f]{64}$/i.test(value)) return 'form';
    const bytes = fromHex(value.toLowerCase());
    if (!isElement(group, bytes)) return 'not-a-pseudonym';
    return good.push(bytes) - 1;
  };
  const ofRow = (table.columns[place] ?? []).map((cell): number | Reason => {
    const value = cell?.trim().toLowerCase() ?? '';
    if (value === '') return 'missing';
    const known = found.get(value) ?? read(value);
    found.set(value, known);
    return known;
  });
  const pseudonyms = new Uint8Array(32 * good.length);
  for (const [i, bytes] of good.entries()) pseudonyms.set(bytes, 32 * i);
  return { place, pseudonyms, distinct: good.length, ofRow };
}

/** Whether some key could have made it: one in sixteen texts of the right form is one by chance. */
function isElement(group: Ristretto, bytes: Uint8Array): boolean {
  try {
    group.checkElements(bytes);
    return true;
  } catch {
    return false;
  }
}

/** Says at once what is wrong with how many rows. Throws InvalidError `pseudonyms/rejected`. */
function reject({ ofRow }: Column, { rejected, column }: RemapOptions): { readonly reason: Reason; readonly rows: number }[] {
  const reasons = REASONS.map((reason) => ({ reason, rows: ofRow.filter((r) => r === reason).length })).filter(({ rows }) => rows > 0);
  for (const { reason, rows } of reasons) remark(text.pseudonymsRejected(rows, column, text.pseudonymsReasons[reason]));
  const all = reasons.reduce((sum, { rows }) => sum + rows, 0);
  if (rejected === 'refuse' && all > 0)
    throw new InvalidError('pseudonyms/rejected', {
      stage: 'dataset',
      message: `${all} of ${ofRow.length} rows have no usable pseudonym. Nothing was asked or written.`,
      remedy: 'Mend them; or give --rejected leave-out, or --rejected empty.',
    });
  return reasons;
}

function* rowsOf({ rejected }: RemapOptions, table: TextTable, { place, ofRow }: Column, mapped: Uint8Array) {
  for (const [row, found] of ofRow.entries()) {
    const next = typeof found === 'number' ? toHex(mapped.subarray(32 * found, 32 * found + 32)) : null;
    if (next === null && rejected === 'leave-out') continue;
    yield table.columns.map((column, i) => (i === place ? next : (column[row] ?? null)));
  }
}

function report(
  options: RemapOptions,
  { ofRow, distinct }: Column,
  reasons: readonly { readonly reason: Reason; readonly rows: number }[],
  written: number,
  key: Asking['key'],
  from: string,
): void {
  const { purpose, epoch, threshold } = key;
  const id = nameOf(key);
  const rejected = reasons.reduce((sum, { rows }) => sum + rows, 0);
  if (options.json === true) {
    const counts = { read: ofRow.length, accepted: ofRow.length - rejected, rejected, reasons, distinct, written };
    printJson({ output: options.output, ...counts, from, key: id, purpose, epoch, threshold });
    return;
  }
  print(text.pseudonymsWritten(options.output, written, distinct));
  if (rejected > 0) remark(options.rejected === 'empty' ? text.pseudonymsEmpty(rejected) : text.pseudonymsOut(rejected));
  remark(text.pseudonymsRemapped(epoch - 1, epoch));
  remark(text.pseudonymsKey(purpose, epoch, id));
}
