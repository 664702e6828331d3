/** The templates of examples/templates among real stations: every receiver gets its own result, and nobody's value. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parse } from 'yaml';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { sluis } from '../harness/command-line.ts';

const example = parse(readFileSync(new URL('../../examples/templates/among.yaml', import.meta.url), 'utf8'));

/** Rows: cost, bid, borrower, exposure. */
const ROWS: Record<string, readonly (readonly [string, string, string, string])[]> = {
  north: [
    ['10.00', '700', 'Acme', '600000'],
    ['30.00', '650', 'Borealis', '100'],
  ],
  east: [
    ['25.50', '910', 'Acme', '500000'],
    ['25.50', '', 'Cronos', '900000'],
  ],
  south: [['19.99', '880', 'Borealis', '200']],
  west: [
    ['100.00', '10', 'Cronos', '50000'],
    ['1.00', '20', 'Cronos', '40000'],
    ['2.00', '', 'Acme', '1'],
  ],
};
const providers = Object.keys(ROWS);
const receivers = [...providers, 'seller'];
let together: Collaboration;

test.before(async () => {
  const csv = (name: string) => ['cost,bid,borrower,exposure', ...(ROWS[name] ?? []).map((r) => r.join(','))].join('\n');
  together = await openCollaboration({
    parties: [...providers.map((name) => ({ name, csv: csv(name) })), { name: 'seller' }],
    table: 'market',
    columns: example.tables.market.columns,
    maximumRows: example.tables.market.maximum_rows,
    receivers,
    terms: { output: example.output, templates: example.templates },
  });
});
test.after(() => together.close());

interface Told {
  readonly receiver: string;
  readonly run?: string;
  readonly rows?: readonly unknown[];
  readonly error?: { readonly code: string };
}

/** Asks from the seller's station for every receiver, and reads each one's result at its own station. */
async function each(template: string): Promise<Record<string, unknown>> {
  const home = (name: string) => ['--home', together.member(name).home];
  const asked = await sluis(['ask', '--template', template, '--each-receiver', '--json', ...home('seller')]);
  const told = (JSON.parse(asked.stdout) as { receivers: Told[] }).receivers;
  assert.deepEqual(
    told.map((t) => t.receiver),
    receivers,
  );
  const results: Record<string, unknown> = {};
  for (const { receiver, run, rows, error } of told) {
    if (run === undefined) results[receiver] = error?.code;
    else {
      if (receiver !== 'seller') assert.deepEqual(rows, [], 'who asks for somebody else sees nothing');
      const own = await sluis(['result', run, '--wait', '--json', ...home(receiver)]);
      results[receiver] = own.code === 4 ? 'suppressed' : (JSON.parse(own.stdout) as { rows: unknown }).rows;
    }
  }
  return results;
}

test('benchmark: my rank and quartile, nobody’s value', async () => {
  // Means: north 20, east 25.50, south 19.99, west 34.33.
  assert.deepEqual(await each('benchmark'), {
    north: [[3, 3]],
    east: [[2, 2]],
    south: [[4, 4]],
    west: [[1, 1]],
    seller: 'plan/one-receiver',
  });
});

test('auctions: bidders learn whether they won and then what they pay, the seller who and for what', async () => {
  const lost = [[false, null]];
  const first = await each('first-price-auction');
  assert.deepEqual(first, { north: lost, east: [[true, 910]], south: lost, west: lost, seller: 'plan/one-receiver' });
  const second = await each('second-price-auction');
  assert.deepEqual(second, { north: lost, east: [[true, 880]], south: lost, west: lost, seller: 'plan/one-receiver' });
  const home = together.member('seller').home;
  const seller = await sluis(['ask', '--template', 'auction-result', '--receivers', 'seller', '--json', '--home', home]);
  assert.deepEqual((JSON.parse(seller.stdout) as { rows: unknown }).rows, [['east', 880]]);
});

test('joint exposure: only about one’s own borrowers, and only above or not', async () => {
  const results = await each('joint-exposure');
  const [acme, borealis, cronos] = ['Acme', 'Borealis', 'Cronos'];
  assert.deepEqual(results['north'], [
    [acme, true],
    [cronos, null],
  ]);
  assert.deepEqual(results['seller'], [
    [acme, true],
    [borealis, false],
    [cronos, false],
  ]);
});

test('average: by the rules of the agreement', async () => {
  const results = await each('average');
  const all = Object.values(ROWS)
    .flat()
    .map((r) => Number(r[0]));
  const mean = all.reduce((a, b) => a + b, 0) / all.length;
  for (const name of receivers)
    assert.deepEqual(
      (results[name] as number[][]).map(([x]) => Number(x?.toFixed(9))),
      [Number(mean.toFixed(9))],
    );
});

test('average of exactly three that provide and receive: shown to each, though two remain without its own rows', async (t) => {
  const costs = { north: '10.00', east: '25.00', south: '70.00' };
  const names = Object.keys(costs);
  const three = await openCollaboration({
    parties: Object.entries(costs).map(([name, cost]) => ({ name, csv: `cost,bid,borrower,exposure\n${cost},1,Acme,1\n` })),
    table: 'market',
    columns: example.tables.market.columns,
    maximumRows: example.tables.market.maximum_rows,
    receivers: names,
    terms: { output: example.output, templates: example.templates },
  });
  t.after(() => three.close());
  const asked = await sluis(['ask', '--template', 'average', '--json', '--home', three.member('north').home]);
  assert.equal(asked.code, 0, asked.stdout + asked.stderr);
  const { rows, receipt } = JSON.parse(asked.stdout);
  assert.deepEqual(rows, [[35]]);
  for (const name of names) {
    const own = await sluis(['result', receipt.body.run, '--wait', '--json', '--home', three.member(name).home]);
    assert.deepEqual(JSON.parse(own.stdout).rows, [[35]], name);
  }
});

test('several receivers at once are refused: the result is made for one', async () => {
  const home = together.member('seller').home;
  const asked = await sluis(['ask', '--template', 'benchmark', '--json', '--home', home]);
  assert.equal(asked.code, 3);
  assert.equal(JSON.parse(asked.stdout).error.code, 'plan/one-receiver');
});
