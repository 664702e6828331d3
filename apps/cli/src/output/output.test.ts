import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Receipt, ResultTable, RunEventView } from '@sluis/model';
import { en } from '../messages/en.ts';
import { languageOf } from '../messages/index.ts';
import { nl } from '../messages/nl.ts';
import { notRead, nothingReleased } from './answer.ts';
import { renderCsv } from './csv.ts';
import { failureOf } from './failure.ts';
import { bytesText, durationText, paintFor, printable, widthOf, wrap } from './paint.ts';
import { ProgressView } from './progress.ts';
import { renderTable } from './table.ts';

const plain = paintFor({ isTTY: false });
const table: ResultTable = {
  columns: [
    { name: 'sector', type: 'VARCHAR' },
    { name: 'n', type: 'BIGINT' },
    { name: 'cost', type: 'DECIMAL(12,2)' },
  ],
  rows: [
    ['Finance', 241, '1203.50'],
    ['Health', 7, null],
    [null, 12, null],
  ],
  suppressed: [
    { group: { sector: 'Health' }, cells: ['cost'], reason: 'suppressed or empty' },
    { group: { sector: 'Mining' }, cells: ['n', 'cost'], reason: 'suppressed or empty' },
  ],
};

test('a table aligns numbers, and tells suppressed from NULL', () => {
  assert.deepEqual(renderTable(table, en, plain).split('\n'), [
    'sector                     n                 cost',
    '─────────────────────────────────────────────────',
    'Finance                  241              1203.50',
    'Health                     7  suppressed or empty',
    'NULL                      12                 NULL',
    'Mining   suppressed or empty  suppressed or empty',
  ]);
});

test('many suppressed groups are counted, not listed', () => {
  const suppressed = Array.from({ length: 60 }, (_, i) => ({ group: { sector: `s${i}` }, cells: ['n', 'cost'], reason: '' }));
  const lines = renderTable({ ...table, rows: [], suppressed }, en, plain).split('\n');
  assert.equal(lines.length, 2 + 25 + 1);
  assert.equal(lines.at(-1), 'and 35 more groups: suppressed or empty');
});

test('text from data cannot steer the terminal', () => {
  const hostile: ResultTable = { columns: [{ name: 'a\u001b[2J', type: 'VARCHAR' }], rows: [['\u001b]0;x\u0007\u202e']], suppressed: [] };
  // biome-ignore lint/suspicious/noControlCharactersInRegex: none of these may be left.
  assert.doesNotMatch(renderTable(hostile, en, plain), /[\u001b\u0007\u202e]/);
  assert.equal(printable('a\nb'), 'a\ufffdb');
});

test('CSV quotes as RFC 4180 says and tells empty text from NULL', () => {
  const rows: ResultTable = {
    columns: table.columns,
    rows: [
      ['a,"b"\n', 1, null],
      ['', 2, '0.10'],
    ],
    suppressed: [],
  };
  assert.equal(renderCsv(rows), 'sector,n,cost\r\n"a,""b""\n",1,\r\n"",2,0.10\r\n');
});

test('an answer emptied by its own HAVING is not "nothing released"', () => {
  const receipt = (mask: number[]) => ({ openings: { mask: { data: Buffer.from(mask).toString('base64') } } }) as unknown as Receipt;
  const empty: ResultTable = { ...table, rows: [] };
  assert.equal(nothingReleased(empty, receipt([0, 4])), false);
  assert.equal(nothingReleased(empty, receipt([0, 0])), true);
  assert.equal(nothingReleased(table, receipt([0, 0])), false);
});

test("texts that are none of the receiver's own are counted, NULL is not", () => {
  const columns = [
    { name: 'host', type: 'VARCHAR' },
    { name: 'host_hash', type: 'VARCHAR', hashOf: 'host' },
  ];
  const answer = (rows: (string | null)[][]): ResultTable => ({ columns, rows, suppressed: [] });
  const own = ['a.test', '00'];
  const [line, ...others] = notRead(answer([own, [null, '01'], [null, '02'], [null, null]]));
  assert.match(line ?? '', /2 .* 4 .*host .*host_hash/);
  assert.deepEqual([others, notRead(answer([own, [null, null]])), notRead(table)], [[], [], []]);
});

test('widths, wrapping and units', () => {
  assert.equal(widthOf('日本'), 4);
  assert.equal(widthOf('e\u0301'), 1);
  assert.equal(wrap('aa bb cc', 5, '  '), 'aa bb\n  cc');
  assert.equal(wrap('  aa bb', 5, '    '), '  aa\n    bb');
  assert.deepEqual([999, 1200, 25_000_000].map(bytesText), ['999 B', '1.2 kB', '25 MB']);
  assert.deepEqual([12, 1250].map(durationText), ['12 ms', '1.3 s']);
});

test('both languages have the same entries, with the same parameters', () => {
  assert.deepEqual(Object.keys(nl), Object.keys(en));
  for (const [key, value] of Object.entries(en)) {
    const other = nl[key as keyof typeof nl];
    assert.equal(typeof other, typeof value, key);
    if (typeof value === 'function') assert.equal((other as { length: number }).length, value.length, key);
    else assert.notEqual(other, '', key);
  }
  assert.equal(languageOf({ LANG: 'nl_NL.UTF-8' }), 'nl');
  assert.equal(languageOf({ LANG: 'nl_NL.UTF-8', SLUIS_LANG: 'en' }), 'en');
  assert.equal(languageOf({}), 'en');
});

test('progress is one line a step where there is no terminal', () => {
  let written = '';
  const view = new ProgressView({ write: (t) => (written += t) }, en, plain);
  const event = (step: string, party: string): RunEventView => ({ sequence: 1, at: 0, run: '', step, party, detail: '' });
  for (const [step, party] of [
    ['propose', 'a'],
    ['propose', 'b'],
    ['contribution', 'a'],
    ['unknown', 'a'],
    ['contribution', 'b'],
  ] as const) {
    view.onEvent(event(step, party));
  }
  view.end(true);
  assert.equal(written, `  ${en.stepPropose}\n  ${en.stepContribution}\n`);
});

test('where rows are shared, progress says so, also beside partial aggregates', () => {
  const labels = (...events: readonly (readonly [step: string, detail: string])[]) => {
    let written = '';
    const view = new ProgressView({ isTTY: true, columns: 200, write: (t) => (written += t) }, en, plain);
    for (const [step, detail] of events) view.onEvent({ sequence: 1, at: 0, run: '', step, party: 'a', detail });
    return written;
  };
  const shared = labels(
    ['contribution', 'encoding rows of patients'],
    ['share', 'sending sealed rows of patients to the compute parties'],
    ['share', 'shares of all providers accepted'],
    ['aggregate', 'evaluating the question on secret rows'],
  );
  for (const label of [en.stepContributionRows, en.stepShareRows, en.stepAggregateRows]) assert.ok(shared.includes(label), label);
  assert.ok(!shared.includes(en.stepContribution) && !shared.includes(en.stepAggregate));
  const both = labels(['contribution', 'computing partial aggregates of x'], ['contribution', 'encoding rows of y']);
  assert.ok(both.includes(en.stepContributionBoth));
  assert.ok(labels(['share', 'sending sealed shares to the compute parties']).includes(en.stepShare));
});

test('on a terminal, a failed run ends with its last step marked as failed', () => {
  let written = '';
  const view = new ProgressView({ isTTY: true, columns: 80, write: (t) => (written += t) }, en, plain);
  view.onEvent({ sequence: 1, at: 0, run: '', step: 'propose', party: 'a', detail: '' });
  view.onEvent({ sequence: 2, at: 0, run: '', step: 'share', party: 'a', detail: '' });
  view.end(false);
  const last = written.split('\u001b[0J').at(-1) ?? '';
  assert.match(last, /✓ .*\n {2}✗ /);
});

test('a MAP reads as in DuckDB, and is JSON in CSV', () => {
  const maps: ResultTable = {
    columns: [{ name: 'h', type: 'MAP(VARCHAR, UBIGINT)' }],
    rows: [
      [
        [
          ['a', 1],
          ['b\u001b', 2],
        ],
      ],
    ],
    suppressed: [{ group: {}, cells: ["h['c']"], reason: 'suppressed or empty' }],
  };
  const lines = renderTable(maps, en, plain).split('\n');
  assert.match(lines[2] ?? '', /^\{a=1, b.*=2\}$/);
  assert.ok(!lines.join('').includes('\u001b'));
  assert.equal(renderCsv(maps), 'h\r\n"[[""a"",1],[""b\\u001b"",2]]"\r\n');
});

test('faults of the file system name the path and what to do; others keep their words to themselves', () => {
  const full = failureOf(Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', path: '/srv/x' }));
  assert.deepEqual([full.code, full.exitCode], ['usage/file-system', 2]);
  assert.match(full.message, /^\/srv\/x could not be written: there is no space left\.$/);
  const other = failureOf(Object.assign(new Error('secret'), { code: 'ERR_OTHER' }));
  assert.deepEqual([other.code, other.exitCode], ['internal/unexpected', 1]);
  assert.doesNotMatch(other.message, /secret/);
});
