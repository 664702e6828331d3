/** `sluis pseudonyms make` */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidError, systemRandom, toHex } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { noColumn, readTable, type TextTable } from '@sluis/engine';
import { openKeyFile } from '@sluis/keys';
import { type KeyPart, packedAt, type PreparedKey, prepareKey } from '@sluis/matching';
import { keyId } from '@sluis/pseudonyms';
import { Wire } from '@sluis/wire';
import { requireHome } from '../connection.ts';
import { interruption } from '../interruption.ts';
import { text } from '../messages/index.ts';
import { countProgress } from '../output/count-progress.ts';
import { csvLine } from '../output/csv.ts';
import { print, printJson, remark } from '../output/streams.ts';
import { Asking } from '../pseudonyms/asking.ts';
import { readCards, usage } from '../pseudonyms/holder-cards.ts';
import { partOf } from '../pseudonyms/key-part.ts';

/** Fewer records than this take no time worth showing. */
const SHOWN_FROM = 4000;
const ROWS_AT_ONCE = 5000;

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
  if (options.key !== undefined && !/^[0-9a-f]{64}$/.test(options.key))
    throw usage('--key is not 64 hexadecimal digits.', 'Give it as "sluis pseudonyms hold" printed it.');
  if (resolve(file) === resolve(options.output))
    throw usage('--output is the file itself.', 'Give another name: the file is not replaced.');
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
      pinned: options.key ?? null,
      records: records.length,
      signal: interruption(),
      leftOut: (holder, why) => remark(text.pseudonymsLeftOut(holder, why.message)),
    });
    const made = await asking.pseudonyms(records, countProgress(text.pseudonymsMaking, SHOWN_FROM));
    const rows = writeTable(options, table, names, prepared, made);
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

/** Writes the new file, readable by its owner only; it is there as a whole or not at all. @returns rows written. */
function writeTable(
  options: MakeOptions,
  table: TextTable,
  names: readonly (string | null)[],
  prepared: PreparedKey,
  made: Uint8Array,
): number {
  const kept = names.flatMap((name, i) => (name === null ? [] : [i]));
  const place = table.names.indexOf(options.on[0] ?? '');
  const line = (row: number, key: number) =>
    csvLine(
      kept.map((i) => (i !== place ? (table.columns[i]?.[row] ?? null) : key < 0 ? null : toHex(made.subarray(32 * key, 32 * key + 32)))),
    );
  const temporary = `${options.output}.${process.pid}.new`;
  let written = 0;
  try {
    const out = openSync(temporary, 'wx', 0o600);
    try {
      let lines = [csvLine(kept.map((i) => names[i] ?? ''))];
      for (const [row, key] of prepared.keyOfRow.entries()) {
        if (key < 0 && options.rejected === 'leave-out') continue;
        written += lines.push(line(row, key)) > 0 ? 1 : 0;
        if (lines.length < ROWS_AT_ONCE) continue;
        writeAll(out, lines.join(''));
        lines = [];
      }
      writeAll(out, lines.join(''));
      fsyncSync(out);
    } finally {
      closeSync(out);
    }
    renameSync(temporary, options.output);
    return written;
  } catch (cause) {
    rmSync(temporary, { force: true });
    throw new InvalidError('usage/cannot-write', {
      stage: 'usage',
      message: `${options.output} can't be written.`,
      remedy: 'Check the folder, its permissions and the space left.',
      cause,
    });
  }
}

function writeAll(file: number, content: string): void {
  const bytes = Buffer.from(content);
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at);
}

function report(options: MakeOptions, { report: r }: PreparedKey, rows: number, key: Asking['key']): void {
  const id = toHex(keyId(key));
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
