/** What testing bounds costs: the steps of `within-bounds.ts`, on shapes. */
import type { RowsMeter } from '@sluis/technique';
import { blockRows } from './within-bounds.ts';

export interface BoundsShape {
  readonly rows: number;
  readonly columns: number;
  readonly nullable: number;
  /** Whose rows are tested by themselves. */
  readonly parts: number;
}

export function boundsCost(meter: RowsMeter, { rows, columns, nullable, parts }: BoundsShape): void {
  if (columns === 0 || rows === 0 || parts === 0) return;
  const most = blockRows(columns);
  for (let from = 0; from < rows; from += most) {
    const n = Math.min(most, rows - from);
    meter.toBits(n * (nullable + 1), 1);
    meter.negative(2 * columns * n, 64);
    meter.and(columns * n);
    meter.and(nullable * n);
    for (let open = columns; open > 1; open = Math.ceil(open / 2)) meter.and(n * (open >> 1));
    meter.and(n);
  }
  meter.allOf([{ size: Math.ceil(rows / parts), count: parts }]);
  meter.openBits(parts);
}
