/** Privacy spending over kysely: each charge is one transaction, durable when it resolves. */
import { canonicalText, StationError } from '@sluis/base';
import type { BudgetBook, BudgetedTable, Charge, Decide } from '@sluis/flow';
import type { Kysely } from 'kysely';
import { guarded } from './failures.ts';
import type { Database } from './open-store.ts';
import { chargeRecord } from './records.ts';
import type { Tables } from './schema.ts';

type Db = Kysely<Tables>;
/** Names in one statement: databases limit its parameters. */
const MOST_NAMED = 500;

const byTable = (a: BudgetedTable, b: BudgetedTable) => (a.table < b.table ? -1 : a.table > b.table ? 1 : 0);

/**
 * Takes the table's row until the transaction ends: who else charges this table waits, also on a PostgreSQL server, whose
 * transactions would otherwise not see each other's charges.
 */
async function lock(db: Db, { collaboration, table }: BudgetedTable): Promise<void> {
  await db
    .insertInto('budget_tables')
    .values({ collaboration, table_name: table, charges: 0 })
    .onConflict((c) => c.columns(['collaboration', 'table_name']).doNothing())
    .execute();
  await db
    .updateTable('budget_tables')
    .set((e) => ({ charges: e.ref('charges') }))
    .where('collaboration', '=', collaboration)
    .where('table_name', '=', table)
    .execute();
}

/** All charges to a table. Their number is counted apart, so that lost ones are noticed and not spent again. */
async function spentOn(db: Db, { collaboration, table }: BudgetedTable): Promise<Charge[]> {
  // One statement, so that number and charges are of one moment.
  const rows = await db
    .selectFrom('budget_tables as t')
    .leftJoin('budget_charges as c', (j) => j.onRef('c.collaboration', '=', 't.collaboration').onRef('c.table_name', '=', 't.table_name'))
    .selectAll('c')
    .select('t.charges as counted')
    .where('t.collaboration', '=', collaboration)
    .where('t.table_name', '=', table)
    .orderBy('c.position')
    .execute();
  const counted = rows[0]?.counted ?? 0;
  const charges = rows.flatMap(({ counted: _, ...row }) => (row.run === null ? [] : [row as Tables['budget_charges']]));
  if (charges.length === counted && charges.every((row, i) => row.position === i)) return charges.map(chargeRecord);
  throw new StationError('store/budget-incomplete', {
    stage: 'store',
    message: `Of ${counted} charges to table "${table}" of "${collaboration}" the store holds ${charges.length}: what is spent is not known.`,
    remedy: 'Nothing more is charged to it. Restore the latest backup of the station.',
  });
}

async function insert(db: Db, charge: Charge, position: number): Promise<void> {
  const { table, at, events, ...rest } = charge;
  await db
    .insertInto('budget_charges')
    .values({ ...rest, table_name: table, events: canonicalText(events), position, charged_at: at })
    .execute();
  await db
    .updateTable('budget_tables')
    .set({ charges: position + 1 })
    .where('collaboration', '=', charge.collaboration)
    .where('table_name', '=', table)
    .execute();
}

function readOf(db: Db, runs: readonly string[]): Promise<Charge[]> {
  if (runs.length === 0) return Promise.resolve([]);
  return db
    .selectFrom('budget_charges')
    .selectAll()
    .where('run', 'in', [...runs])
    .orderBy('charged_at')
    .orderBy('run')
    .orderBy('table_name')
    .execute()
    .then((rows) => rows.map(chargeRecord));
}

/** The same run asks for the same: another time is no difference. */
function requireSame(kept: readonly Charge[], asked: readonly Charge[]): void {
  const text = (charges: readonly Charge[]) => canonicalText([...charges].sort(byTable).map(({ at: _, ...rest }) => rest));
  if (text(kept) === text(asked)) return;
  throw new StationError('store/charge-differs', {
    stage: 'store',
    message: `Run ${kept[0]?.run} was charged otherwise before at this station; nothing more was charged.`,
    remedy: 'Ask the question again: each run has a fresh id.',
  });
}

export class RelationalBudget implements BudgetBook {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  async charge(charges: readonly Charge[], decide: Decide): Promise<boolean> {
    const run = charges[0]?.run;
    if (run === undefined || charges.some((c) => c.run !== run)) throw new RangeError('the charges of one run are needed');
    return guarded('writing a charge', () => {
      this.#database.requireLock();
      return this.#database.db.transaction().execute(async (db) => {
        // In one order, so that two runs over the same tables can't wait for each other.
        const ordered = [...charges].sort(byTable);
        for (const charge of ordered) await lock(db, charge);
        const before = await readOf(db, [run]);
        if (before.length > 0) {
          requireSame(before, charges);
          return false;
        }
        for (const charge of ordered) {
          const spent = await spentOn(db, charge);
          decide(charge, spent);
          await insert(db, charge, spent.length);
        }
        return true;
      });
    });
  }

  tables(collaboration: string): Promise<BudgetedTable[]> {
    return guarded('reading charges', async () => {
      const rows = await this.#database.db
        .selectFrom('budget_tables')
        .select('table_name')
        .where('collaboration', '=', collaboration)
        .where('charges', '>', 0)
        .orderBy('table_name')
        .execute();
      return rows.map((row) => ({ collaboration, table: row.table_name }));
    });
  }

  charges(table: BudgetedTable): Promise<Charge[]> {
    return guarded('reading charges', () => spentOn(this.#database.db, table));
  }

  async chargesOf(runs: readonly string[]): Promise<Charge[]> {
    const found: Charge[] = [];
    for (let i = 0; i < runs.length; i += MOST_NAMED) {
      found.push(...(await guarded('reading charges', () => readOf(this.#database.db, runs.slice(i, i + MOST_NAMED)))));
    }
    return found;
  }
}
