/** A program over a table's columns: finds them for expressions, and plays it. */
import type { Committee } from '@sluis/technique';
import type { Lowering } from './lower.ts';
import { type Node, Program } from './program.ts';
import { columnKey, type RowTable, type TableColumn } from './row-table.ts';
import { type ProgramValues, runProgram } from './run-program.ts';

export class TableProgram {
  readonly program = new Program();
  /** Rows that take part. */
  readonly valid: Node;
  readonly #table: RowTable;
  readonly #columns: readonly [string, TableColumn][];

  constructor(table: RowTable) {
    this.#table = table;
    this.#columns = [...table.columns];
    this.valid = this.program.bits(this.#columns.length);
  }

  get lowering(): Lowering {
    return { program: this.program, columnOf: (source, column) => this.columnOf(columnKey(source, column)) };
  }

  has(key: string): boolean {
    return this.#table.columns.has(key);
  }

  /** Throws RangeError if the table has no such column: plans are checked before. */
  columnOf(key: string) {
    const index = this.#columns.findIndex(([name]) => name === key);
    const found = this.#columns[index]?.[1];
    if (found === undefined) throw new RangeError('a plan names a column that its sources lack');
    // Two columns that are NULL together have one bit.
    const flag = this.#columns.findIndex(([, c]) => c.present === found.present);
    const present = found.present === null ? this.program.bit(1) : this.program.bits(flag);
    return { kind: 'number' as const, node: this.program.column(index), present, low: found.low, high: found.high };
  }

  run(committee: Committee, wanted: readonly Node[]): Promise<ProgramValues> {
    const { length, valid } = this.#table;
    const columns = this.#columns.map(([, c]) => c.values);
    // Bits that never occur in the program are not looked at.
    const bits = [...this.#columns.map(([, c]) => c.present ?? valid), valid];
    return runProgram(committee, this.program, { length, columns, bits }, wanted);
  }
}
