import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type TestContext, test } from 'node:test';
import { StationError } from '@sluis/base';
import { logStorageContract } from '@sluis/ledger/contract';
import { storeFailure } from './failures.ts';
import { charge } from './budget.contract.ts';
import { openStore } from './open-store.ts';
import { storeContract } from './store.contract.ts';

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'sluis-store-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

storeContract('sqlite', async (t) => {
  const path = join(await folder(t), 'state.db');
  const opened = await openStore({ path });
  return {
    opened,
    async reopen() {
      await opened.close();
      return openStore({ path });
    },
  };
});

logStorageContract('sqlite', async () => {
  const home = await mkdtemp(join(tmpdir(), 'sluis-log-'));
  const path = join(home, 'state.db');
  let opened = await openStore({ path });
  return {
    storage: opened.log,
    async reopen() {
      await opened.close();
      opened = await openStore({ path });
      return opened.log;
    },
    async close() {
      await opened.close();
      await rm(home, { recursive: true, force: true });
    },
  };
});

const failsWith = (code: string, pattern: RegExp) => (e: unknown) => {
  assert.ok(e instanceof StationError, String(e));
  assert.equal(e.code, code);
  assert.match(`${e.message} ${e.remedy}`, pattern);
  return true;
};

test('files are for their owner alone', async (t) => {
  const home = await folder(t);
  const opened = await openStore({ path: join(home, 'state.db') });
  for (const file of await readdir(home)) assert.equal((await stat(join(home, file))).mode & 0o777, 0o600, file);
  await opened.close();
});

test('a second process on the same file is refused, and may open it after the first has ended', async (t) => {
  const path = join(await folder(t), 'state.db');
  const opened = await openStore({ path });
  const script = `import { openStore } from ${JSON.stringify(new URL('./index.ts', import.meta.url).href)};
    try { await (await openStore({ path: process.argv[1] })).close(); console.log('opened'); } catch (e) { console.log(e.code); }`;
  const child = () =>
    new Promise<string>((resolve, reject) => {
      execFile(process.execPath, ['--input-type=module', '-e', script, path], (error, stdout) =>
        error ? reject(error) : resolve(stdout.trim()),
      );
    });
  assert.equal(await child(), 'store/in-use');
  await opened.close();
  assert.equal(await child(), 'opened');
});

test('a database of a newer schema is left alone', async (t) => {
  const path = join(await folder(t), 'state.db');
  await (await openStore({ path })).close();
  const direct = new DatabaseSync(path);
  direct.exec('update schema_version set version = 999');
  direct.close();
  await assert.rejects(openStore({ path }), failsWith('store/newer-schema', /newer version/));
});

test('results of intersections that an older version kept with their runs are found after an upgrade', async (t) => {
  const path = join(await folder(t), 'state.db');
  await (await openStore({ path })).close();
  const direct = new DatabaseSync(path);
  direct.exec(`drop table intersection_results; alter table intersections add column result text; update schema_version set version = 8`);
  const insert =
    direct.prepare(`insert into intersections (run, collaboration, agreement, intersection, coordinator, analyst, state, attempt,
    proposal, approvals, lots, created_at, updated_at, result) values (?, 'c', 'a', 'x', 'bank', 'ana', ?, 1, '{}', '{}', '{}', 1, 1, ?)`);
  insert.run('r1', 'released', '{"items":[["a"]]}');
  insert.run('r2', 'failed', null);
  direct.close();
  const { intersections, close } = await openStore({ path });
  assert.equal(await intersections.intersectionResult('r1'), '{"items":[["a"]]}');
  assert.equal(await intersections.intersectionResult('r2'), null);
  assert.deepEqual(
    (await intersections.intersections(9)).map((r) => [r.run, r.state]),
    [
      ['r1', 'released'],
      ['r2', 'failed'],
    ],
  );
  await close();
});

test('a damaged file, a missing folder and a full disk say what to do', async (t) => {
  const home = await folder(t);
  const path = join(home, 'state.db');
  await writeFile(path, 'no database at all, but long enough to be looked at as one '.repeat(100));
  await assert.rejects(openStore({ path }), failsWith('store/failed', /backup/));
  await assert.rejects(openStore({ path: join(home, 'missing', 'state.db') }), failsWith('store/failed', /folder exists/));
  failsWith('store/failed', /Free space/)(storeFailure({ errcode: 13 }, 'writing'));
});

test('charges that are gone are noticed, and nothing more is charged', async (t) => {
  const path = join(await folder(t), 'state.db');
  const first = await openStore({ path });
  for (const run of ['1', '2', '3']) await first.budget.charge([charge(run)], () => undefined);
  await first.close();
  const direct = new DatabaseSync(path);
  direct.exec('delete from budget_charges where position = 1');
  direct.close();
  const { budget, close } = await openStore({ path });
  const gone = failsWith('store/budget-incomplete', /holds 2.*backup/s);
  await assert.rejects(budget.charges({ collaboration: 'c', table: 'visits' }), gone);
  await assert.rejects(
    budget.charge([charge('4')], () => undefined),
    gone,
  );
  await close();
});
