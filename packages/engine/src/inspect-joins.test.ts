import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspectJoins } from './inspect-joins.ts';

const home = mkdtempSync(join(tmpdir(), 'sluis-joins-'));
after(() => rmSync(home, { recursive: true }));
const write = (name: string, lines: readonly string[]) => {
  writeFileSync(join(home, name), `${lines.join('\n')}\n`);
  return join(home, name);
};

test('keys that stand once, and rows after each join', async () => {
  const people = write('people.csv', ['Person id,ward', '01,a', '2,a', '3,b', ',b']);
  const claims = write('claims.csv', ['person,code', '1,x', '1,y', '2,x', '9,x', ',y']);
  const codes = write('codes.csv', ['code', 'x', 'x', 'z']);
  const files = [
    { file: people, keys: [{ name: 'Person_id', type: 'BIGINT' }] },
    {
      file: claims,
      keys: [
        { name: 'person', type: 'BIGINT' },
        { name: 'code', type: 'VARCHAR' },
      ],
    },
    { file: codes, keys: [{ name: 'code', type: 'VARCHAR' }] },
  ];
  const on = (left: [number, string], right: string) => [{ left: { file: left[0], column: left[1] }, right }];
  const person = on([0, 'Person_id'], 'person');
  assert.deepEqual(
    await inspectJoins(files, [
      { kind: 'inner', on: person },
      { kind: 'left', on: on([1, 'code'], 'code') },
    ]),
    {
      rightUnique: [false, false],
      leftUnique: true,
      // Claims of 1, 1 and 2; then x, x and x meet two codes each, but for y, which stays.
      rows: [3, 5],
    },
  );
  const { rows } = await inspectJoins(files, [{ kind: 'anti', on: person }]);
  assert.deepEqual(rows, [2]);
});

test('several rows without a key do not stand once', async () => {
  const left = write('left.csv', ['k,n', '1,1', ',1', ',1']);
  const right = write('right.csv', ['k,n', '1,1', ',1']);
  const keys = [{ name: 'k', type: 'BIGINT' }];
  const found = await inspectJoins(
    [left, right].map((file) => ({ file, keys })),
    [{ kind: 'inner', on: [{ left: { file: 0, column: 'k' }, right: 'k' }] }],
  );
  assert.deepEqual(found, { rightUnique: [true], leftUnique: false, rows: [1] });
});
