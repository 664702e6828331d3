import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { StationError } from '@sluis/base';
import pg from 'pg';
import { openStore } from './open-store.ts';
import { type PrivateServer, postgresBinaries, startPrivateServer } from './postgres-server.contract.ts';
import { storeContract } from './store.contract.ts';

const SKIP = 'no PostgreSQL server binaries (initdb, postgres) on this system: the PostgreSQL store is not tested';
const binaries = postgresBinaries();
let server: PrivateServer | null = null;
before(async () => {
  if (binaries !== null) server = await startPrivateServer(binaries);
});
after(() => server?.stop());

const hasCode = (code: string) => (e: unknown) => e instanceof StationError && e.code === code;

storeContract('postgres', async (t) => {
  if (server === null) {
    t.skip(SKIP);
    return null;
  }
  const databaseUrl = server.createDatabase();
  const opened = await openStore({ databaseUrl });
  return {
    opened,
    async reopen() {
      await opened.close();
      return openStore({ databaseUrl });
    },
  };
});

test('a database serves one station at a time', async (t) => {
  if (server === null) return t.skip(SKIP);
  const databaseUrl = server.createDatabase();
  const opened = await openStore({ databaseUrl });
  await assert.rejects(openStore({ databaseUrl }), hasCode('store/in-use'));
  await opened.close();
  await (await openStore({ databaseUrl })).close();
});

test('a station that lost its hold on the database writes no more', async (t) => {
  if (server === null) return t.skip(SKIP);
  const databaseUrl = server.createDatabase();
  const opened = await openStore({ databaseUrl });
  const other = new pg.Client({ connectionString: databaseUrl });
  await other.connect();
  await other.query(
    "select pg_terminate_backend(pid) from pg_locks where locktype = 'advisory' and database = (select oid from pg_database where datname = current_database())",
  );
  await other.end();
  // The news takes a while; from then on nothing is written.
  const refused = () =>
    opened.store.removeDataset('c', 't').then(
      () => false,
      (thrown: unknown) => assert.ok(hasCode('store/in-use')(thrown)) === undefined,
    );
  for (let tries = 0; tries < 1200 && !(await refused()); tries++) await new Promise((resolve) => setTimeout(resolve, 50));
  assert.ok(await refused());
  await opened.close();
});

test('a newer schema is refused, and a server that is away is named as such', async (t) => {
  if (server === null) return t.skip(SKIP);
  const databaseUrl = server.createDatabase();
  await (await openStore({ databaseUrl })).close();
  const direct = new pg.Client({ connectionString: databaseUrl });
  await direct.connect();
  await direct.query('update schema_version set version = 999');
  await direct.end();
  await assert.rejects(openStore({ databaseUrl }), hasCode('store/newer-schema'));
  await assert.rejects(
    openStore({ databaseUrl: 'postgresql://sluis@127.0.0.1:1/none' }),
    (e) => e instanceof StationError && /can not be reached/.test(e.message),
  );
});
