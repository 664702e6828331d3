import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { inspectFiles } from './inspect-files.ts';

const home = mkdtempSync(join(tmpdir(), 'sluis-inspect-'));
after(() => rmSync(home, { recursive: true }));

test('types, bounds and domains come from all files together', async () => {
  writeFileSync(
    join(home, 'a.csv'),
    'code,n,price,ratio,day,seen,ok,Free text,gone,empty\n0123,1,1.5,0.1234567,2024-01-01,2024-01-01 10:00:00,true,x,,\n',
  );
  writeFileSync(
    join(home, 'b.csv'),
    'code,n,price,ratio,day,seen,ok,Free text,gone,empty\n44,-20,2.250,3e2,2024-03-01,2024-01-02T10:00,false,7a,5,\n',
  );
  const { columns, files } = await inspectFiles(['a.csv', 'b.csv'], { folder: home });
  assert.deepEqual(
    files.map((f) => f.rows),
    [1, 1],
  );
  assert.deepEqual(files[1]?.columns.slice(6, 8), ['ok', 'Free_text']);
  assert.deepEqual(columns, [
    { name: 'code', type: 'VARCHAR', nullable: false, domain: { values: ['0123', '44'] } },
    { name: 'n', type: 'BIGINT', nullable: false, bounds: ['-20', '1'], domain: { values: ['-20', '1'] } },
    { name: 'price', type: 'DECIMAL(18,3)', nullable: false, bounds: ['1.500', '2.250'], domain: { values: ['1.500', '2.250'] } },
    { name: 'ratio', type: 'DOUBLE', nullable: false, bounds: ['0.123456', '300.000000'], scale: 6 },
    { name: 'day', type: 'DATE', nullable: false, domain: { values: ['2024-01-01', '2024-03-01'] } },
    { name: 'seen', type: 'TIMESTAMP', nullable: false, domain: { values: ['2024-01-01 10:00:00', '2024-01-02 10:00:00'] } },
    { name: 'ok', type: 'BOOLEAN', nullable: false },
    { name: 'Free_text', type: 'VARCHAR', nullable: false, domain: { values: ['7a', 'x'] } },
    { name: 'gone', type: 'BIGINT', nullable: true, bounds: ['5', '5'], domain: { values: ['5'] } },
    { name: 'empty', type: 'VARCHAR', nullable: true },
  ]);
});

test('more values than allowed give no list; days give their range', async () => {
  writeFileSync(join(home, 'c.csv'), 'k,day\na,2024-01-01\nb,2024-01-02\nc,2024-01-05\n');
  const { columns } = await inspectFiles(['c.csv'], { folder: home, maximumDistinct: 2 });
  assert.deepEqual(columns, [
    { name: 'k', type: 'VARCHAR', nullable: false },
    { name: 'day', type: 'DATE', nullable: false, domain: { range: ['2024-01-01', '2024-01-05'] } },
  ]);
});

test('for a draft that others read, only values of several rows are listed, and no amounts or times', async () => {
  const row = (i: number) => [
    `id-${i}`,
    i === 0 ? 'Mining' : ['Finance', 'Health'][i % 2],
    i % 4,
    i * 7,
    `${i % 3}.50`,
    `2026-03-0${1 + (i % 5)}`,
    i % 2 ? 'x' : `y${i}`,
  ];
  const rows = Array.from({ length: 60 }, (_, i) => row(i).join(','));
  writeFileSync(join(home, 'd.csv'), `id,sector,severity,hours,cost,day,half\n${rows.join('\n')}\n`);
  const { columns } = await inspectFiles(['d.csv'], { folder: home, leastRows: 5 });
  assert.deepEqual(columns, [
    { name: 'id', type: 'VARCHAR', nullable: false, unlisted: 60 },
    { name: 'sector', type: 'VARCHAR', nullable: false, domain: { values: ['Finance', 'Health'] }, unlisted: 1 },
    { name: 'severity', type: 'BIGINT', nullable: false, bounds: ['0', '3'], domain: { values: ['0', '1', '2', '3'] } },
    { name: 'hours', type: 'BIGINT', nullable: false, bounds: ['0', '413'], unlisted: 60 },
    { name: 'cost', type: 'DECIMAL(18,2)', nullable: false, bounds: ['0.50', '2.50'] },
    { name: 'day', type: 'DATE', nullable: false, domain: { range: ['2026-03-01', '2026-03-05'] } },
    { name: 'half', type: 'VARCHAR', nullable: false, unlisted: 30 },
  ]);
});

test('a file that is missing or of another format is named', async () => {
  await assert.rejects(inspectFiles(['none.csv'], { folder: home }), /none\.csv/);
  writeFileSync(join(home, 'x.docx'), '');
  await assert.rejects(inspectFiles(['x.docx'], { folder: home }), /x\.docx is not known/);
});
