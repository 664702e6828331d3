/** Connecting local data to shared tables: bound, checked, logged and kept. */
import { isAbsolute, resolve } from 'node:path';
import { InvalidError, RefusedError } from '@sluis/base';
import { bindDataset, type BoundDataset, deleteOldSnapshots } from '@sluis/engine';
import { currentAgreement, type DatasetRecord, type StationContext } from '@sluis/flow';
import type { ConnectRequest } from '@sluis/model';

export class Datasets {
  readonly #station: StationContext;
  readonly #home: string;
  #last: Promise<unknown> = Promise.resolve();

  constructor(station: StationContext, home: string) {
    this.#station = station;
    this.#home = home;
  }

  /** Checks the rows and remembers the binding; replaces an earlier one for the same table. */
  connect(request: ConnectRequest): Promise<DatasetRecord> {
    return this.#alone(() => this.#connect(request));
  }

  async #connect(request: ConnectRequest): Promise<DatasetRecord> {
    const { agreement, collaboration, table, bound } = await this.#bind(request);
    const record: DatasetRecord = {
      collaboration,
      table,
      agreement,
      sql: bound.sql,
      binding: bound.binding,
      report: JSON.stringify(bound.report),
      connectedAt: this.#station.clock.now(),
    };
    await this.#station.audit.append({ kind: 'dataset.connected', details: { collaboration, table, agreement } });
    await this.#station.store.saveDataset(record);
    await this.#tidy();
    return record;
  }

  /** The check alone: nothing is kept. */
  check(request: ConnectRequest): Promise<BoundDataset> {
    return this.#alone(async () => {
      const { bound } = await this.#bind(request);
      await this.#tidy();
      return bound;
    });
  }

  /** One at a time: tidying must not take away the copy that another connection is just making. */
  #alone<T>(task: () => Promise<T>): Promise<T> {
    const mine = this.#last.then(task);
    this.#last = mine.catch(() => undefined);
    return mine;
  }

  async #tidy(): Promise<void> {
    deleteOldSnapshots(
      this.#home,
      (await this.#station.store.datasets()).map((d) => d.binding),
    );
  }

  remove(collaboration: string, table: string): Promise<boolean> {
    return this.#alone(() => this.#remove(collaboration, table));
  }

  async #remove(collaboration: string, table: string): Promise<boolean> {
    await this.#station.audit.append({ kind: 'dataset.removed', details: { collaboration, table } });
    const removed = await this.#station.store.removeDataset(collaboration, table);
    await this.#tidy();
    return removed;
  }

  async #bind(request: ConnectRequest): Promise<{ agreement: string; collaboration: string; table: string; bound: BoundDataset }> {
    const { id, signed } = await currentAgreement(this.#station, request.collaboration);
    const { agreement } = signed;
    const table = agreement.tables[request.table];
    if (table === undefined) {
      throw new InvalidError('dataset/unknown-table', {
        stage: 'dataset',
        message: `The agreement has no shared table "${request.table}".`,
        remedy: `It has: ${Object.keys(agreement.tables).join(', ')}.`,
      });
    }
    if (!table.providers.includes(this.#station.organisation)) {
      throw new RefusedError('dataset/not-provider', {
        stage: 'dataset',
        party: this.#station.organisation,
        message: `${this.#station.organisation} is not a provider of "${request.table}" in this agreement.`,
        remedy: `Its providers are: ${table.providers.join(', ')}.`,
      });
    }
    const folder = request.folder ?? process.cwd();
    const bound = await bindDataset({
      agreement,
      tableName: request.table,
      home: this.#home,
      organisation: this.#station.organisation,
      folder,
      ...(request.sql === undefined ? {} : { sql: request.sql }),
      ...(request.file === undefined ? {} : { file: absolute(folder, request.file) }),
      ...(request.postgres === undefined ? {} : { postgres: absolute(folder, request.postgres) }),
    });
    return { agreement: id, collaboration: agreement.collaboration, table: request.table, bound };
  }
}

const absolute = (folder: string, path: string) => (isAbsolute(path) ? path : resolve(folder, path));
