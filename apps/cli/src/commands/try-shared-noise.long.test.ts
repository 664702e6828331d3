/** `sluis try` with noise for people over rows that are shared, at stations: their rows are bounded over all organisations. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { Receipt } from '@sluis/model';
import { sluis } from '../../../../tests/harness/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-try-shared-noise-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const dir = join(folder, 'data');
mkdirSync(dir);
/** Every patient has two rows at each organisation. */
for (const name of ['north', 'south', 'west']) {
  const rows = Array.from({ length: 200 }, (_, i) => `${i % 100},${i % 3 === 0 ? 'f' : 'm'}`);
  writeFileSync(join(dir, `party_${name}.csv`), `patient,sex\n${rows.join('\n')}\n`);
}

interface Answer {
  readonly rows: readonly (readonly unknown[])[];
  readonly receipt: Receipt;
}

for (const threat of ['semi-honest', 'malicious'])
  test(`one row of each patient counts over all organisations (${threat})`, async () => {
    const sql = 'SELECT sex, count(*) AS n, count(DISTINCT patient) AS different FROM data GROUP BY sex WITH NOISE (epsilon = 4)';
    const args = ['--ask', sql, '--privacy-unit', 'patient', '--threat-model', threat];
    const run = await sluis(['try', dir, '--json', ...args], { env: { TMPDIR: folder } });
    assert.equal(run.code, 0, run.stderr);
    const { rows, receipt } = JSON.parse(run.stdout) as Answer;
    // 100 of the 600 rows, each of another patient. Noise of scale 1/2 (and half as much again, from the third share) on each
    // of two cells is 40 off with a probability below 1e-20; providers by themselves would leave 300 rows.
    for (const column of [1, 4]) {
      const total = rows.reduce((sum, row) => sum + Number(row[column]), 0);
      assert.ok(Math.abs(total - 100) < 40, `column ${column}: ${total}`);
    }
    assert.equal(receipt.body.noise?.mechanism !== 'none' && receipt.body.noise?.unit, 'column:patient');
  });
