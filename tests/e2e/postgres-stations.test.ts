/** Stations that keep their state in PostgreSQL answer together with one that keeps it in SQLite. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { sampleIncidents, toCsv } from '../../examples/incidents.ts';
import { incidentsTable } from '../../examples/securened.ts';
import { postgresBinaries, startPrivateServer } from '../../packages/store/src/postgres-server.contract.ts';
import { openCollaboration } from '../harness/collaboration.ts';

test('three stations on PostgreSQL and one on SQLite', async (t) => {
  const binaries = postgresBinaries();
  if (binaries === null) return t.skip('no PostgreSQL server binaries on this system');
  const server = await startPrivateServer(binaries);
  try {
    const samples = sampleIncidents(3).slice(0, 3);
    const urls = new Map(samples.map((s) => [s.organisation, server.createDatabase()]));
    const together = await openCollaboration({
      parties: [...samples.map((s) => ({ name: s.organisation, csv: toCsv(s.rows) })), { name: 'centre' }],
      table: 'incidents',
      columns: incidentsTable.columns,
      environment: (name) => {
        const url = urls.get(name);
        return url === undefined ? {} : { DATABASE_URL: url };
      },
    });
    try {
      const { result } = await together.ask('SELECT count(*) AS n FROM incidents');
      assert.deepEqual(result?.rows, [[samples.reduce((n, s) => n + s.rows.length, 0)]]);
      for (const { organisation } of samples) {
        assert.equal(existsSync(join(together.member(organisation).home, 'state.db')), false, 'nothing is kept in a file');
        const { runs } = await together.member(organisation).client.runs();
        assert.equal(runs[0]?.state, 'released');
      }
      assert.ok(existsSync(join(together.member('centre').home, 'state.db')));
    } finally {
      await together.close();
    }
  } finally {
    await server.stop();
  }
});
