/** `sluis pseudonyms make` */
import { InvalidError, systemRandom, toHex } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { noColumn, readTable, type TextTable } from '@sluis/engine';
import { openKeyFile } from '@sluis/keys';
import { type KeyPart, packedAt, type PreparedKey, prepareKey } from '@sluis/matching';
import { Wire } from '@sluis/wire';
import { requireHome } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { countProgress } from '../output/count-progress.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { Asking } from '../pseudonyms/asking.ts';
import { readCards, usage } from '../pseudonyms/holder-cards.ts';
import { keyOption, requireOther, SHOWN_FROM } from '../pseudonyms/file-options.ts';
import { partOf } from '../pseudonyms/key-part.ts';
import { nameOf } from '../pseudonyms/kept-keys.ts';
import { writeTable } from '../pseudonyms/written-table.ts';

export interface MakeOptions {
  readonly home?: string;
  readonly on: readonly string[];
  readonly recipe: readonly string[];
  readonly holder: readonly string[];
  readonly output: string;
  readonly column: string;
  readonly rejected: 'leave-out' | 'empty' | 'refuse';
  readonly key?: string;
  readonly json?: boolean;
}

/** Reads, asks, and writes the whole file or none of it. */
export async function pseudonymsMake(file: string, options: MakeOptions): Promise<void> {
  const home = requireHome(options);
  const parts = partsOf(options);
  const holders = readCards(options.holder);
  const pinned = keyOption('--key', options.key);
  requireOther(file, options.output);
  const table = await readTable(file);
  const prepared = prepare(file, table, options, parts);
  const names = outputColumns(table, options);
  const keys = await openKeyFile(home);
  const wire = new Wire({ tls: keys.tls, identify: (c) => holders.find((h) => h.certificate === c)?.name ?? null, strangers: [] });
  try {
    const records = Array.from({ length: prepared.keys.offsets.length - 1 }, (_, i) => packedAt(prepared.keys, i));
    const asking = await Asking.open({
      wire,
      group: await loadRistretto(),
      random: systemRandom,
      holders,
      pinned,
      wanted: { what: 'pseudonyms' },
      records: records.length,
      signal: interruption(),
      leftOut: (holder, why) => remark(text.pseudonymsLeftOut(holder, why.message)),
    });
    const made = await asking.pseudonyms(records, countProgress(text.pseudonymsMaking, SHOWN_FROM));
    const columns = names.filter((name) => name !== null);
    const rows = writeTable(options.output, columns, rowsOf(options, table, names, prepared, made));
    report(options, prepared, rows, asking.key);
  } finally {
    await wire.close();
  }
}

/** One recipe for each column. */
function partsOf({ on, recipe }: MakeOptions): KeyPart[] {
  if (on.length === 0) throw usage('--on names no column.', 'Give --on COLUMN, or several with commas between.');
  if (recipe.length !== 1 && recipe.length !== on.length)
    throw usage(
      `There are ${on.length} columns in --on, and ${recipe.length} recipes.`,
      'Give --recipe once for each column, in the same order; or one for all.',
    );
  return on.map((_, i) => partOf(recipe[recipe.length === 1 ? 0 : i] ?? ''));
}

/** Keys in normal form; says at once what was wrong with which column. Throws InvalidError `pseudonyms/rejected`. */
function prepare(file: string, table: TextTable, { on, rejected }: MakeOptions, parts: readonly KeyPart[]): PreparedKey {
  const columns = on.map((name) => {
    const at = table.names.indexOf(name);
    if (at < 0) throw noColumn(file, name, table.names);
    return table.columns[at] ?? [];
  });
  // The name stands in every key: the same everywhere, for the purpose is in the pseudonym already.
  const prepared = prepareKey({ name: 'pseudonym', parts }, columns, { repeated: 'once' });
  const { report } = prepared;
  for (const { part, recipe, reason, rows } of report.reasons)
    remark(text.matchingRejected(rows, on[part] ?? '', recipe, text.matchingReasons[reason]));
  if (rejected === 'refuse' && report.rejected > 0)
    throw new InvalidError('pseudonyms/rejected', {
      stage: 'dataset',
      message: `${report.rejected} of ${report.read} rows have no usable key. Nothing was asked or written.`,
      remedy: 'Mend them; or give --rejected leave-out, or --rejected empty.',
    });
  return prepared;
}

/** The pseudonym stands where the first key column stood; the others go. */
function outputColumns({ names }: TextTable, { on, column }: MakeOptions): readonly (string | null)[] {
  const first = names.indexOf(on[0] ?? '');
  if (names.some((name) => name === column && !on.includes(name)))
    throw usage(`The file has a column "${column}" already.`, 'Give the pseudonyms another name with --column.');
  return names.map((name, i) => (i === first ? column : on.includes(name) ? null : name));
}

/** The rows to write, each with its key's pseudonym. */
function* rowsOf(options: MakeOptions, table: TextTable, names: readonly (string | null)[], { keyOfRow }: PreparedKey, made: Uint8Array) {
  const kept = names.flatMap((name, i) => (name === null ? [] : [i]));
  const place = table.names.indexOf(options.on[0] ?? '');
  for (const [row, key] of keyOfRow.entries()) {
    if (key < 0 && options.rejected === 'leave-out') continue;
    const pseudonym = key < 0 ? null : toHex(made.subarray(32 * key, 32 * key + 32));
    yield kept.map((i) => (i === place ? pseudonym : (table.columns[i]?.[row] ?? null)));
  }
}

function report(options: MakeOptions, { report: r }: PreparedKey, rows: number, key: Asking['key']): void {
  const id = nameOf(key);
  if (options.json === true) {
    const { read, accepted, rejected, reasons, distinct } = r;
    const { purpose, epoch, threshold } = key;
    printJson({ output: options.output, read, accepted, rejected, reasons, distinct, written: rows, key: id, purpose, epoch, threshold });
    return;
  }
  print(text.pseudonymsWritten(options.output, rows, r.distinct));
  if (r.rejected > 0) remark(options.rejected === 'empty' ? text.pseudonymsEmpty(r.rejected) : text.pseudonymsOut(r.rejected));
  remark(text.pseudonymsKey(key.purpose, key.epoch, id));
}
