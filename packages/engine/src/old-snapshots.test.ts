import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { type Agreement, tableSchema } from '@sluis/model';
import { bindDataset } from './bind-dataset.ts';
import { deleteOldSnapshots } from './old-snapshots.ts';
import { snapshotFolder } from './snapshot.ts';

test('copies that no connected dataset uses are deleted, the others stay', async () => {
  const home = mkdtempSync(join(tmpdir(), 'sluis-snapshots-'));
  try {
    const file = join(home, 'source.db');
    const source = new DatabaseSync(file);
    source.exec("CREATE TABLE rows (kind TEXT, hours INTEGER); INSERT INTO rows VALUES ('a', 1), ('b', 2)");
    source.close();
    const work = tableSchema.parse({ providers: ['north'], columns: { kind: { type: 'VARCHAR' }, hours: { type: 'BIGINT' } } });
    const agreement = { tables: { work } } as unknown as Agreement;
    const bind = () => bindDataset({ agreement, tableName: 'work', home, organisation: 'north', file, sql: 'SELECT * FROM rows' });
    await bind();
    const kept = await bind();
    assert.equal(readdirSync(snapshotFolder(home)).length, 2);
    deleteOldSnapshots(home, [kept.binding]);
    const [only, ...others] = readdirSync(snapshotFolder(home));
    assert.deepEqual(others, []);
    assert.ok(kept.binding.includes(only ?? 'none'));
    deleteOldSnapshots(home, []);
    assert.deepEqual(readdirSync(snapshotFolder(home)), []);
  } finally {
    rmSync(home, { recursive: true });
  }
});
