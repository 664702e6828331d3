/** Counts of questions on disk. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { systemRandom } from '@sluis/base';
import { questionCounterContract } from '@sluis/lookup/contract';
import { QuestionCounts } from './question-counts.ts';

function place(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-counts-'));
  t.after(() => rmSync(folder, { recursive: true }));
  return join(folder, 'counts.db');
}

questionCounterContract('on disk', (t) => {
  const path = place(t);
  let counter = new QuestionCounts(path);
  t.after(() => counter.close());
  return {
    counter,
    reopen() {
      counter.close();
      counter = new QuestionCounts(path);
      return counter;
    },
  };
});

test('one process at a time holds the file', (t) => {
  const path = place(t);
  using _held = new QuestionCounts(path);
  assert.throws(
    () => new QuestionCounts(path),
    (e) => (e as { code?: string }).code === 'lookup/in-use',
  );
});

test('what a client has spent is told for the window that counts, also by a clock that was set back', async (t) => {
  using counts = new QuestionCounts(place(t));
  const now = 1_790_000_040_000;
  const allowance = { identifiers: 10, windowSeconds: 60, total: 15 };
  assert.equal(counts.spent('a', now, 60), 0);
  await counts.charge({ client: 'a', identifiers: 4, now, nonce: systemRandom.bytes(16) }, allowance);
  assert.deepEqual(
    [now - 86_400_000, now, now + 59_999, now + 60_000].map((at) => counts.spent('a', at, 60)),
    [4, 4, 4, 0],
  );
  assert.equal(counts.spent('b', now, 60), 0);
});

test('the file and what SQLite keeps beside it are for their owner alone, also where an earlier release made them', (t) => {
  const path = place(t);
  const before = process.umask(0);
  t.after(() => process.umask(before));
  const modes = () => ['', '-wal'].map((suffix) => (statSync(path + suffix).mode & 0o777).toString(8));
  {
    using _held = new QuestionCounts(path);
    assert.deepEqual(modes(), ['600', '600']);
  }
  chmodSync(path, 0o644);
  assert.ok(!existsSync(`${path}-wal`));
  writeFileSync(`${path}-wal`, '', { mode: 0o644 });
  using _held = new QuestionCounts(path);
  assert.deepEqual(modes(), ['600', '600']);
});
