/**
 * The whole line without stations, network or secrets: plan, every provider's partial aggregates, plain sums, the
 * rules in the clear, the receiver's finaliser. What it shows is right or wrong for the same reasons as the real line.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindDataset, createFinaliser, createProviderEngine, createSqlEngine } from '@sluis/engine';
import type { DatasetRecord } from '@sluis/flow';
import {
  type Agreement,
  layoutOf,
  openingMasks,
  type Plan,
  type PlanQuantile,
  pushdownProviders,
  type Released,
  type ResultTable,
  ROWS_INPUT,
  roundedTo,
  type Vectors,
} from '@sluis/model';
import { openedTexts, type Prepared, prepare } from '@sluis/planner';
import { decideInTheClear } from '@sluis/rules';
import type { DuckDBConnection } from '@duckdb/node-api';
import { evaluateRows, quantileOf } from '../../packages/planner/src/fixtures/evaluate-rows.ts';
import { clearSources } from './clear-rows.ts';
import { evaluateOnShares } from './rows-on-shares.ts';

export interface DryParty {
  readonly party: string;
  /** The file that its rows come from. */
  readonly file: string;
}

export class DryPipeline {
  readonly #agreement: Agreement;
  readonly #home: string;
  readonly #datasets: readonly DatasetRecord[];
  readonly #sql = createSqlEngine();
  /** All rows by shared table, with `__party`: what stations share and contributors deposited. */
  #pooled: DuckDBConnection | null = null;
  /** What engines said to their owners. */
  readonly faults: string[] = [];

  private constructor(agreement: Agreement, home: string, datasets: readonly DatasetRecord[]) {
    this.#agreement = agreement;
    this.#home = home;
    this.#datasets = datasets;
  }

  /** Binds and checks every party's file, as `sluis dataset connect` does. */
  static async open(
    agreement: Agreement,
    tableName: string,
    parties: readonly DryParty[],
    pooled: DuckDBConnection | null = null,
  ): Promise<DryPipeline> {
    const home = mkdtempSync(join(tmpdir(), 'sluis-dry-'));
    const datasets: DatasetRecord[] = [];
    for (const { party, file } of parties.filter((p) => agreement.tables[tableName]?.providers.includes(p.party))) {
      const bound = await bindDataset({ agreement, tableName, home, organisation: party, file });
      const report = JSON.stringify(bound.report);
      datasets.push({
        collaboration: agreement.collaboration,
        table: tableName,
        agreement: 'dry',
        sql: bound.sql,
        binding: bound.binding,
        report,
        connectedAt: 0,
      });
    }
    const pipeline = new DryPipeline(agreement, home, datasets);
    pipeline.#pooled = pooled;
    return pipeline;
  }

  /** For questions that are answered on shared rows alone. */
  static onRows(agreement: Agreement, pooled: DuckDBConnection): DryPipeline {
    const pipeline = new DryPipeline(agreement, mkdtempSync(join(tmpdir(), 'sluis-dry-')), []);
    pipeline.#pooled = pooled;
    return pipeline;
  }

  plan(sql: string, receivers: readonly string[] = this.#agreement.receivers): Promise<Prepared> {
    return prepare({ sql, agreement: this.#agreement, agreementId: 'dry', receivers }, this.#sql);
  }

  /**
   * @param threat - evaluates shared rows on shares under this threat model instead of in the clear.
   * @param own - texts that the receiver has itself.
   */
  async answer(prepared: Prepared, threat = process.env['SLUIS_ROWS_ON_SHARES'], own: readonly string[] = []): Promise<ResultTable> {
    const engine = createProviderEngine({ home: this.#home, threads: 1, log: (detail) => this.faults.push(detail) });
    const inputs: { organisation: string; vectors: Vectors }[] = [];
    const pushing = pushdownProviders(prepared.plan);
    for (const [i, dataset] of this.#datasets.entries()) {
      const organisation = this.#agreement.tables[dataset.table]?.providers[i] ?? '';
      if (!pushing.includes(organisation)) continue;
      inputs.push({ organisation, vectors: await engine.partials(prepared, dataset, AbortSignal.timeout(600_000)) });
    }
    if (prepared.plan.rows !== undefined) {
      if (this.#pooled === null) throw new RangeError('this pipeline has no rows to share');
      const sources = await clearSources(this.#agreement, prepared.plan.rows, this.#pooled);
      const secretly = threat === 'semi-honest' || threat === 'malicious';
      const vectors = secretly
        ? await evaluateOnShares(this.#agreement, prepared.plan, sources, threat)
        : evaluateRows(prepared.plan, sources);
      inputs.push({ organisation: ROWS_INPUT, vectors });
    }
    const passed = decideInTheClear(prepared.plan, inputs);
    const vectors = inputs.map((i) => i.vectors);
    const released = combine(prepared.plan, passed, vectors);
    const hashOf = openedTexts(prepared.plan, released);
    const texts = own.filter((text) => hashOf !== null && hashOf(text) !== null);
    return createFinaliser().finalise(prepared, released, texts);
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Plain sums, minima and maxima over providers, kept only where an output that needs them passed. */
export function combine(plan: Plan, passed: readonly Uint8Array[], inputs: readonly Vectors[]): Released {
  const masks = openingMasks(plan, passed);
  const counts: (bigint | null)[][] = plan.contributions.map(() => []);
  const accumulators: (bigint | null)[][] = plan.accumulators.map(() => []);
  layoutOf(plan).forEach((column, c) => {
    const values = inputs.map((v) => integers(v.columns[c] as BigUint64Array, plan.cellCount, column.words));
    const at = (cell: number): bigint[] => values.map((v) => v[cell] as bigint);
    if (column.kind === 'count') {
      const mask = masks.counts[column.contribution];
      counts[column.contribution] = Array.from({ length: plan.cellCount }, (_, i) =>
        mask?.[i] === 1 ? rounded(total(at(i)), plan.rounding?.counts) : null,
      );
    }
    if (column.kind === 'accumulator') {
      const mask = masks.accumulators[column.accumulator];
      const { kind, quantile } = plan.accumulators[column.accumulator] as Plan['accumulators'][number];
      if (quantile !== undefined) {
        const found = searched(plan, quantile, inputs);
        accumulators[column.accumulator] = found.map((value, i) => (mask?.[i] === 1 ? value : null));
        return;
      }
      const choose = kind === 'sum' ? total : (all: bigint[]) => all.reduce((a, b) => ((kind === 'min') === a < b ? a : b));
      const base = plan.rounding?.accumulators[column.accumulator];
      accumulators[column.accumulator] = Array.from({ length: plan.cellCount }, (_, i) =>
        mask?.[i] === 1 ? rounded(choose(at(i)), base) : null,
      );
    }
  });
  return { passed, counts, accumulators };
}

const rounded = (value: bigint, base: number | string | null | undefined): bigint =>
  base === null || base === undefined ? value : roundedTo(value, BigInt(base));

/** The quantile of each cell, from everybody's counts of each value. */
function searched(plan: Plan, { histogram, at, continuous, low }: PlanQuantile, inputs: readonly Vectors[]): bigint[] {
  const bins = layoutOf(plan).flatMap((l, c) => (l.kind === 'bin' && l.histogram === histogram ? [c] : []));
  return Array.from({ length: plan.cellCount }, (_, cell) => {
    const values = bins.flatMap((c, bin) => {
      const rows = total(inputs.map((v) => v.columns[c]?.[cell] ?? 0n));
      return Array.from({ length: Number(rows) }, () => BigInt(low) + BigInt(bin));
    });
    return quantileOf(values, at, continuous);
  });
}

const total = (values: readonly bigint[]): bigint => values.reduce((a, b) => a + b, 0n);

function integers(column: BigUint64Array, cells: number, words: number): bigint[] {
  return Array.from({ length: cells }, (_, cell) => {
    let value = 0n;
    for (let j = words - 1; j >= 0; j--) value = (value << 64n) | (column[j * cells + cell] as bigint);
    return BigInt.asIntN(64 * words, value);
  });
}

/** Writes each party's CSV text to a file of its own. */
export function writeParties(folder: string, files: readonly { party: string; csv: string }[]): DryParty[] {
  return files.map(({ party, csv }) => {
    const file = join(folder, `party_${party}.csv`);
    writeFileSync(file, csv);
    return { party, file };
  });
}
