/**
 * Rounds and bytes of a plan on rows, for the most rows that it allows: the same steps as the code that runs, on shapes.
 * How many rows there are and who gave them is known at the run only: givers are those whose stations share rows, and a
 * handful where rows are deposited, whose bounds are tested as if all were new.
 */
import type { Plan, PlanRows } from '@sluis/model';
import { type Cost, RowsMeter, threatModelOf } from '@sluis/technique';
import { boundedCost } from './cost-of-bounded-units.ts';
import { boundsCost } from './cost-of-bounds.ts';
import { mergedCost } from './cost-of-merging.ts';
import { cellsCost, type FactsShape } from './cost-of-cells.ts';
import { joinsCost } from './cost-of-joins.ts';
import type { ValueShape } from './cost-of-look-ups.ts';
import { type ColumnShapes, columnShapes, programCost } from './cost-of-program.ts';
import { sampleCost } from './cost-of-sample.ts';
import { lowerNumber, lowerTruth } from './lower.ts';
import { columnKey } from './row-table.ts';
import { keyBits, keyValue, measuredOf, placeNodes, takingPart } from './row-facts.ts';
import { type NumberValue, sized } from './row-values.ts';

/** Assumed for tables with deposits. */
const SOME_GIVERS = 4;

export function costOfRows(plan: Plan): Cost {
  const rows = plan.rows as PlanRows;
  const threat = threatModelOf(plan);
  const meter = new RowsMeter(threat);
  const shapes = columnShapes(rows);
  const rowsOf = rows.sources.map((s) => Math.max(1, s.maximumRows ?? rows.maximumRows));
  const counted = plan.rules.countedSources ?? [];
  for (const [s, source] of rows.sources.entries()) {
    const own = [...shapes].filter(([key]) => key.startsWith(columnKey(s, '')));
    const nullable = own.filter(([, c]) => c.nullable).length;
    // Whole words have no bounds.
    const bounded = own.filter(([, c]) => c.bits < 64).length;
    boundsCost(meter, { rows: rowsOf[s] ?? 1, columns: bounded, nullable, parts: giversOf(source) });
  }
  const joined = joinsCost(meter, rows, shapes, rowsOf, counted);
  const n = Math.min(joined.length, Math.max(1, rows.maximumRows));
  const givers = rows.sources[0] === undefined ? 0 : giversOf(rows.sources[0]);
  if (rows.merged !== undefined) mergedCost(meter, rows, shapes, n, givers);
  sampleCost(meter, rows, shapes, n);
  boundedCost(meter, plan, shapes, n);
  const fits = joined.fits + cellsCost(meter, plan, rows, factsCost(meter, plan, rows, shapes, n, rowsOf));
  if (fits > 0) {
    for (let bit = 1; bit < fits; bit++) meter.and(1);
    meter.mask(2 * plan.contributions.length * plan.cellCount, 1);
  }
  return meter.total();
}

const giversOf = ({ stations, deposits }: PlanRows['sources'][number]): number => stations.length + (deposits ? SOME_GIVERS : 0);

function ownersOf({ joins, organisations, sources, bound }: PlanRows): number {
  if (bound !== undefined) return 0;
  if (joins.length === 0) return sources[0] === undefined ? 0 : giversOf(sources[0]);
  const counted = organisations === 'per-row' ? sources.slice(0, 1) : sources;
  return new Set(counted.flatMap((s) => (s.stations.length > 0 ? s.stations : [s.table]))).size;
}

/** Every operation of the program that `rowFacts` makes. */
function factsCost(meter: RowsMeter, plan: Plan, rows: PlanRows, shapes: ColumnShapes, n: number, rowsOf: readonly number[]): FactsShape {
  const counted = plan.rules.countedSources ?? [];
  let found: Pick<FactsShape, 'keyBits' | 'countsAll' | 'values' | 'absolutes'> = { keyBits: [], countsAll: [], values: [], absolutes: [] };
  programCost(meter, shapes, n, (lowering, valid) => {
    const { program } = lowering;
    const keys = rows.keys.map((e, k) => keyValue(program, lowerNumber(lowering, e), plan.keys[k]?.nullCode));
    const base = rows.bound === undefined ? takingPart(lowering, valid, plan) : valid;
    const counting = [
      ...new Set(rows.contributions.map((e) => program.and(base, e === null ? program.bit(1) : lowerTruth(lowering, e).isTrue))),
    ];
    const values = rows.accumulators.map((a) => measuredOf(lowering, a));
    const places = placeNodes(lowering, plan, base).flatMap((p) => [p.node, p.counts]);
    const absolutes = (rows.dominances ?? []).map((e) => lowerNumber(lowering, e));
    const shape = ({ node, low, high }: NumberValue): ValueShape => ({ low, high, words: program.width(node) });
    found = {
      keyBits: keys.map(keyBits),
      countsAll: counting.map((c) => c === base),
      values: values.map((v) => (v === null ? null : shape(v))),
      absolutes: absolutes.map(shape),
    };
    const measured = [...values.filter((v) => v !== null), ...absolutes].flatMap((v) => [v.node, program.and(base, v.present)]);
    return [base, ...counting, ...keys.map((k) => program.mask(base, sized(program, k, 1))), ...measured, ...places];
  });
  // Where a left join found no partner, there is no row of the source.
  for (const s of counted) if (rows.joins[s - 1]?.kind === 'left') meter.and(n * found.countsAll.length);
  const rowNumbers = counted.map((s): ValueShape => ({ low: 0n, high: BigInt((rowsOf[s] ?? 1) - 1), words: 1 }));
  return {
    ...found,
    n,
    owners: ownersOf(rows),
    secretOwners: (rows.joins.length > 0 || rows.merged !== undefined) && rows.bound === undefined,
    rowsOf: rowNumbers,
  };
}
