/** Opens a station's relational state: SQLite in its folder, or a PostgreSQL server. */
import { type Clock, systemClock } from '@sluis/base';
import type { BudgetBook, CollectionStore, DepositStore, IntersectionStore, StationStore } from '@sluis/flow';
import type { LogStorage } from '@sluis/ledger';
import { Kysely } from 'kysely';
import { storeFailure } from './failures.ts';
import { RelationalBudget } from './relational-budget.ts';
import { RelationalCollections } from './relational-collections.ts';
import { RelationalDeposits } from './relational-deposits.ts';
import { RelationalIntersections } from './relational-intersections.ts';
import { RelationalLog } from './relational-log.ts';
import { RelationalStore } from './relational-store.ts';
import { migrate, type Tables } from './schema.ts';
import { sqliteDialect } from './sqlite.ts';

export type StorePlace = { readonly path: string } | { readonly databaseUrl: string };

export interface OpenedStore {
  readonly store: StationStore;
  readonly log: LogStorage;
  readonly deposits: DepositStore;
  readonly budget: BudgetBook;
  readonly collections: CollectionStore;
  readonly intersections: IntersectionStore;
  close(): Promise<void>;
}

/** The database, and the check that it is still this process's alone. */
export interface Database {
  readonly db: Kysely<Tables>;
  requireLock(): void;
}

interface Held extends Database {
  release(): Promise<void>;
}

async function hold(place: StorePlace): Promise<Held> {
  if ('path' in place)
    return { db: new Kysely<Tables>({ dialect: sqliteDialect(place.path) }), requireLock: () => {}, release: async () => {} };
  // Loaded only where it is used: the client costs start-up time.
  const { holdPostgres } = await import('./postgres.ts');
  const held = await holdPostgres(place.databaseUrl);
  return { db: new Kysely<Tables>({ dialect: held.dialect }), requireLock: () => held.requireLock(), release: () => held.release() };
}

/**
 * Opens (and if need be creates or upgrades) the state of one station, for this process alone.
 *
 * @throws StationError `store/in-use`, `store/newer-schema` or `store/failed` with what to do.
 */
export async function openStore(place: StorePlace, clock: Clock = systemClock): Promise<OpenedStore> {
  try {
    const held = await hold(place);
    let closing: Promise<void> | null = null;
    const close = () => {
      closing ??= held.db.destroy().then(() => held.release());
      return closing;
    };
    try {
      await migrate(held.db);
    } catch (thrown) {
      await close();
      throw thrown;
    }
    return {
      store: new RelationalStore(held, clock, close),
      log: new RelationalLog(held),
      deposits: new RelationalDeposits(held),
      budget: new RelationalBudget(held),
      collections: new RelationalCollections(held),
      intersections: new RelationalIntersections(held),
      close,
    };
  } catch (thrown) {
    throw storeFailure(thrown, 'opening');
  }
}
