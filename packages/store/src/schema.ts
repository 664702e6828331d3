/** The tables, as kysely sees them, and the migrations that make them: one set, in the SQL that SQLite and PostgreSQL share. */
import { StationError } from '@sluis/base';
import { type Kysely, sql, type Transaction } from 'kysely';

export interface Tables {
  schema_version: { version: number };
  agreements: { id: string; collaboration: string; version: number; state: string; canonical: string; received_at: number };
  agreement_signatures: { agreement: string; organisation: string; signature: string };
  datasets: {
    collaboration: string;
    table_name: string;
    agreement: string;
    sql: string;
    binding: string;
    report: string;
    connected_at: number;
  };
  runs: {
    id: string;
    collaboration: string;
    agreement: string;
    plan: string;
    sql: string;
    template: string | null;
    coordinator: string;
    analyst: string;
    state: string;
    attempt: number;
    proposal: string;
    error: string | null;
    created_at: number;
    updated_at: number;
  };
  approvals: { run: string; organisation: string; approval: string };
  results: { run: string; result: string | null; receipt: string; saved_at: number };
  deposits: {
    batch: string;
    collaboration: string;
    agreement: string;
    table_name: string;
    giver: string;
    token: string | null;
    row_count: number;
    manifest: string;
    state: string;
    reason: string | null;
    successor: string | null;
    checked: number;
    sealed_key: string | null;
    created_at: number;
    updated_at: number;
  };
  deposit_tokens: { collaboration: string; table_name: string; round: string; member: string; blinded: string; issued_at: number };
  deposit_pieces: { batch: string; piece: number; own_digest: string; next_digest: string };
  /** How many charges were ever written to a table: see `relational-budget.ts`. */
  budget_tables: { collaboration: string; table_name: string; charges: number };
  budget_charges: {
    run: string;
    collaboration: string;
    table_name: string;
    position: number;
    agreement: string;
    unit: string;
    organisation: string;
    analyst: string;
    purpose: string;
    epsilon: string;
    delta: string;
    events: string;
    charged_at: number;
  };
  footprints: {
    run: string;
    role: string;
    collaboration: string;
    table_name: string;
    data: string;
    footprint: string;
    shown: string | null;
    at: number;
  };
  /** Keys, shares and verdicts are sealed or public; see `collection-store.ts` of the flow. */
  collection_keys: { agreement: string; collection: string; sealed_key: string; made_at: number };
  collection_reports: {
    agreement: string;
    collection: string;
    nonce: string;
    public_share: string;
    box: string;
    state: string;
    verdict: string | null;
    release_id: string | null;
    received_at: number;
  };
  collection_releases: {
    agreement: string;
    collection: string;
    release_id: string;
    reports: number;
    digest: string;
    boxes: string | null;
    begun_at: number;
  };
  intersections: {
    run: string;
    collaboration: string;
    agreement: string;
    intersection: string;
    coordinator: string;
    analyst: string;
    state: string;
    attempt: number;
    proposal: string;
    approvals: string;
    lots: string;
    inputs: string | null;
    error: string | null;
    created_at: number;
    updated_at: number;
  };
  intersection_results: { run: string; result: string };
  /** Fingerprints are under a key that is not in the database. */
  intersection_attempts: {
    run: string;
    attempt: number;
    collaboration: string;
    intersection: string;
    own_size: number;
    peer_size: number;
    fingerprints: string;
    at: number;
  };
  /** Hashes and salts in hexadecimal, data in base64: text is the same in both databases. */
  log_entries: { position: number; leaf_hash: string; salt: string; data: string };
}

/** Each is applied once, in order, and never edited afterwards: a change is a new one at the end. */
const MIGRATIONS: readonly (readonly string[])[] = [
  [
    `create table agreements (id text primary key, collaboration text not null, version bigint not null,
      state text not null check (state in ('proposed', 'in-force', 'superseded')), canonical text not null, received_at bigint not null)`,
    // The database itself keeps two versions of one collaboration from holding at once.
    `create unique index agreements_in_force on agreements (collaboration) where state = 'in-force'`,
    `create table agreement_signatures (agreement text not null references agreements (id), organisation text not null,
      signature text not null, primary key (agreement, organisation))`,
    `create table datasets (collaboration text not null, table_name text not null, agreement text not null, sql text not null,
      binding text not null, report text not null, connected_at bigint not null, primary key (collaboration, table_name))`,
    `create table runs (id text primary key, collaboration text not null, agreement text not null, plan text not null, sql text not null,
      template text, coordinator text not null, analyst text not null,
      state text not null check (state in ('proposed', 'waiting', 'running', 'released', 'suppressed', 'refused', 'failed', 'cancelled')),
      attempt bigint not null, proposal text not null, error text, created_at bigint not null, updated_at bigint not null)`,
    'create index runs_by_time on runs (created_at)',
    'create index runs_by_analyst on runs (collaboration, coordinator, analyst, created_at)',
    'create table approvals (run text not null, organisation text not null, approval text not null, primary key (run, organisation))',
    'create table results (run text primary key references runs (id), result text, receipt text not null, saved_at bigint not null)',
    'create table log_entries (position bigint primary key, leaf_hash text not null, salt text not null, data text not null)',
  ],
  [
    `create table deposits (batch text primary key, collaboration text not null, agreement text not null, table_name text not null,
      giver text not null, token text unique, row_count bigint not null, manifest text not null,
      state text not null check (state in ('uploading', 'accepted', 'replaced', 'withdrawn', 'rejected', 'expired')),
      reason text, checked bigint not null, sealed_key text, created_at bigint not null, updated_at bigint not null)`,
    'create index deposits_by_table on deposits (collaboration, table_name, state)',
    'create index deposits_by_giver on deposits (giver)',
    `create table deposit_pieces (batch text not null references deposits (batch), piece bigint not null, own_digest text not null,
      next_digest text not null, primary key (batch, piece))`,
    `create table deposit_tokens (collaboration text not null, table_name text not null, round text not null, member text not null,
      blinded text not null, issued_at bigint not null, primary key (collaboration, table_name, round, member))`,
  ],
  // Manifests of the first format let one compute party try rows against the hash of another's message: such deposits are
  // taken out, and their files with them at the station's start. Contributors deposit again.
  ['delete from deposit_pieces', 'delete from deposits'],
  ['alter table deposits add column successor text'],
  [
    `create table budget_tables (collaboration text not null, table_name text not null, charges bigint not null check (charges >= 0),
      primary key (collaboration, table_name))`,
    // A run is charged once, and no two charges of a table have one place: the database itself keeps both.
    `create table budget_charges (run text not null, collaboration text not null, table_name text not null, position bigint not null,
      agreement text not null, unit text not null, organisation text not null, analyst text not null, purpose text not null,
      epsilon text not null, delta text not null, events text not null, charged_at bigint not null,
      primary key (run, table_name), unique (collaboration, table_name, position),
      foreign key (collaboration, table_name) references budget_tables (collaboration, table_name))`,
  ],
  [
    `create table footprints (run text not null, role text not null check (role in ('provider', 'compute-party')), collaboration text not null,
      table_name text not null, data text not null, footprint text not null, shown text, at bigint not null, primary key (run, role))`,
    'create index footprints_by_table on footprints (collaboration, table_name, role)',
  ],
  [
    `create table collection_keys (agreement text not null, collection text not null, sealed_key text not null, made_at bigint not null,
      primary key (agreement, collection))`,
    // A number is used once in a collection, and a report is in one sum: the database itself keeps both.
    `create table collection_reports (agreement text not null, collection text not null, nonce text not null, public_share text not null,
      box text not null, state text not null check (state in ('waiting', 'valid', 'invalid', 'released')), verdict text, release_id text,
      received_at bigint not null, primary key (agreement, collection, nonce))`,
    'create index collection_reports_by_state on collection_reports (agreement, collection, state, received_at)',
    'create index collection_reports_by_release on collection_reports (release_id)',
    `create table collection_releases (agreement text not null, collection text not null, release_id text not null, reports bigint not null,
      digest text not null, boxes text, begun_at bigint not null, primary key (agreement, collection, release_id))`,
  ],
  [
    `create table intersections (run text primary key, collaboration text not null, agreement text not null, intersection text not null,
      coordinator text not null, analyst text not null,
      state text not null check (state in ('proposed', 'waiting', 'running', 'released', 'refused', 'failed', 'cancelled')),
      attempt bigint not null, proposal text not null, approvals text not null, lots text not null, inputs text, error text, result text,
      created_at bigint not null, updated_at bigint not null)`,
    'create index intersections_by_time on intersections (created_at)',
    // An attempt is begun once, and counted for ever: the database itself keeps both.
    `create table intersection_attempts (run text not null, attempt bigint not null, collaboration text not null, intersection text not null,
      own_size bigint not null, peer_size bigint not null, fingerprints text not null, at bigint not null, primary key (run, attempt))`,
    'create index intersection_attempts_by_name on intersection_attempts (collaboration, intersection, at)',
  ],
  // Lists of what matched may be large: a run is read without them.
  [
    'create table intersection_results (run text primary key references intersections (run), result text not null)',
    'insert into intersection_results (run, result) select run, result from intersections where result is not null',
    'alter table intersections drop column result',
  ],
];

async function currentVersion(db: Transaction<Tables>): Promise<number> {
  await sql`create table if not exists schema_version (version integer not null)`.execute(db);
  const row = await db.selectFrom('schema_version').select('version').executeTakeFirst();
  if (row !== undefined) return row.version;
  await db.insertInto('schema_version').values({ version: 0 }).execute();
  return 0;
}

/**
 * Brings a database to this program's schema in one transaction: all of it or nothing.
 *
 * @throws StationError `store/newer-schema` if a newer Sluis has written it.
 */
export async function migrate(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (transaction) => {
    const version = await currentVersion(transaction);
    if (version > MIGRATIONS.length) {
      throw new StationError('store/newer-schema', {
        stage: 'store',
        message: `The station's database has schema ${version}; this version of Sluis knows schemas up to ${MIGRATIONS.length}.`,
        remedy: 'Start the newer version of Sluis that wrote it, or restore the backup made before the upgrade.',
      });
    }
    for (const statements of MIGRATIONS.slice(version)) {
      for (const statement of statements) await sql.raw(statement).execute(transaction);
    }
    await transaction.updateTable('schema_version').set({ version: MIGRATIONS.length }).execute();
  });
}
