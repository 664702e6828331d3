import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import type { IntersectMode, IntersectOptions } from './intersect.ts';
import { checkAtStation, checkMode, checkOverFiles } from './intersect-options.ts';

const DEFAULTS: IntersectOptions = {
  minimum: 0,
  receiver: 'A',
  threatModel: 'semi-honest',
  protocol: 'vole',
  missing: 'no-match',
  format: 'table',
  wait: true,
};
const sidesOf = (...keys: string[]) => keys.map((key, i) => ({ name: 'ABCD'[i] ?? '', file: `${i}.csv`, key: [key] }));

/** What is said, null where all is well. */
function said(mode: IntersectMode, options: Partial<IntersectOptions> = {}, keys: readonly string[] = ['id', 'id']): string | null {
  try {
    checkMode(mode, sidesOf(...keys), { ...DEFAULTS, ...options });
    return null;
  } catch (thrown) {
    assert.ok(thrown instanceof InvalidError && thrown.code === 'usage/intersect');
    return `${thrown.message} ${thrown.remedy}`;
  }
}

test('each mode is told what it lacks, and what belongs to another', () => {
  assert.match(said('sum') ?? '', /--value COLUMN/);
  assert.equal(said('sum', { value: 'amount' }), null);
  assert.match(said('size', { value: 'amount' }) ?? '', /--value belongs to --mode sum/);
  assert.match(said('at-least', {}, ['id', 'id', 'id']) ?? '', /--threshold T, from 2 to 3/);
  assert.match(said('at-least', { threshold: 4 }, ['id', 'id', 'id']) ?? '', /Give 2 to 3/);
  assert.equal(said('at-least', { threshold: 3 }, ['id', 'id', 'id']), null);
  assert.match(said('union', { threshold: 2 }) ?? '', /--threshold belongs to/);
  for (const mode of ['items', 'size'] as const) assert.match(said(mode, { ask: 'SELECT 1' }) ?? '', /--ask belongs to --mode flags/);
  assert.equal(said('flags', { ask: 'SELECT count(*) AS n FROM matches' }), null);
  assert.match(said('sum', { value: 'amount' }, ['id', 'id', 'id']) ?? '', /is for two files/);
});

test('options that would have no effect where nobody learns which items match are refused', () => {
  const only: Partial<IntersectOptions>[] = [{ output: 'x.csv' }, { receiver: 'both' }, { protocol: 'ddh' }, { missing: 'equal' }];
  for (const options of only) {
    assert.equal(said('items', options), null);
    for (const mode of ['size', 'flags', 'union'] as const)
      assert.match(said(mode, options) ?? '', new RegExp(`--${Object.keys(options)[0]}`), mode);
  }
});

test('--explain is for what a committee computes', () => {
  assert.match(said('items', { explain: true }) ?? '', /said without --explain/);
  assert.equal(said('size', { explain: true }), null);
});

test('one table of all files needs one name for the key', () => {
  assert.match(said('union', {}, ['phone', 'tel']) ?? '', /call the key alike/);
  assert.equal(said('size', {}, ['phone', 'tel']), null);
});

test('over files, options that say which station and how to follow it are refused by name', () => {
  checkOverFiles({ ...DEFAULTS, as: 'ana', keep: 'dir' });
  for (const options of [
    { home: 'x' },
    { station: 'x' },
    { certificate: 'x' },
    { tokenFile: 'x' },
    { collaboration: 'x' },
    { wait: false },
  ])
    assert.throws(() => checkOverFiles({ ...DEFAULTS, ...options }), {
      code: 'usage/intersect',
      message: /^--[a-z-]+ is for an intersection at a station/,
    });
  assert.throws(() => checkOverFiles({ ...DEFAULTS, home: 'x', wait: false }), /^InvalidError: --home, --no-wait are for/);
});

test('at a station, options that the agreement decides are refused by name', () => {
  checkAtStation({ ...DEFAULTS, output: 'x.csv', receipt: 'r.json' });
  checkAtStation({ ...DEFAULTS, wait: false });
  for (const options of [{ output: 'x.csv' }, { receipt: 'r.json' }])
    assert.throws(() => checkAtStation({ ...DEFAULTS, ...options, wait: false }), /has no effect beside --no-wait.$/);
  for (const options of [{ minimum: 50 }, { mode: 'size' }, { on: 'id' }, { receiver: 'both' }, { threatModel: 'malicious' }] as const)
    assert.throws(() => checkAtStation({ ...DEFAULTS, ...options }), /is for files; at a station the agreement says it/);
});
