/**
 * Questions with noise without stations or network: the planner, every provider's engine, the committee's noise on secrets
 * (three parties in one process) and the receiver's engine, all as they are.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bindDataset, createFinaliser, createProviderEngine, createSqlEngine } from '@sluis/engine';
import type { DatasetRecord } from '@sluis/flow';
import { type Agreement, layoutOf, type Released, type ResultTable } from '@sluis/model';
import { type Prepared, prepare } from '@sluis/planner';
import { type Given, noised } from '../../packages/dp/src/joint/fixtures/noisy-plan.ts';
import { combine, type DryParty } from '../queries/dry-pipeline.ts';

export class NoisyPipeline {
  readonly #agreement: Agreement;
  readonly #home = mkdtempSync(join(tmpdir(), 'sluis-noisy-'));
  readonly #sql = createSqlEngine();
  readonly #datasets: DatasetRecord[] = [];

  private constructor(agreement: Agreement) {
    this.#agreement = agreement;
  }

  static async open(agreement: Agreement, tableName: string, parties: readonly DryParty[]): Promise<NoisyPipeline> {
    const pipeline = new NoisyPipeline(agreement);
    for (const { party, file } of parties) {
      const bound = await bindDataset({ agreement, tableName, home: pipeline.#home, organisation: party, file });
      const report = JSON.stringify(bound.report);
      const of = { collaboration: agreement.collaboration, table: tableName, agreement: 'dry', connectedAt: 0 };
      pipeline.#datasets.push({ ...of, sql: bound.sql, binding: bound.binding, report });
    }
    return pipeline;
  }

  /** Plans a question and computes what providers share; it can be asked again and again. */
  async put(sql: string): Promise<PutQuestion> {
    const prepared = await prepare({ sql, agreement: this.#agreement, agreementId: 'dry' }, this.#sql);
    const engine = createProviderEngine({ home: this.#home, threads: 1, log: (detail) => assert.fail(detail) });
    const vectors = await Promise.all(this.#datasets.map((d) => engine.partials(prepared, d, AbortSignal.timeout(600_000))));
    return new PutQuestion(prepared, vectors);
  }

  close(): void {
    rmSync(this.#home, { recursive: true, force: true });
  }
}

export class PutQuestion {
  readonly prepared: Prepared;
  readonly #vectors: Parameters<typeof combine>[2];

  constructor(prepared: Prepared, vectors: Parameters<typeof combine>[2]) {
    this.prepared = prepared;
    this.#vectors = vectors;
  }

  /** One answer with fresh noise. */
  async ask(): Promise<ResultTable> {
    const { plan } = this.prepared;
    assert.notEqual(plan.noise, undefined, 'the question has noise');
    const given = this.#vectors.map(
      (v): Given =>
        layoutOf(plan).map(({ words }, c) => {
          assert.equal(words, 1, 'counts have one word');
          return Array.from(v.columns[c] ?? assert.fail(), (x) => BigInt.asIntN(64, x));
        }),
    );
    const { counts, accumulators, passes } = await noised(plan, given);
    const released: Released = { passed: passes, counts, accumulators };
    return createFinaliser().finalise(this.prepared, released);
  }

  /** The control: what the same question would answer if its noise were left out. */
  askWithoutNoise(): Promise<ResultTable> {
    const { plan } = this.prepared;
    const passed = plan.outputs.map(() => new Uint8Array(plan.cellCount).fill(1));
    return createFinaliser().finalise(this.prepared, combine(plan, passed, this.#vectors));
  }
}
