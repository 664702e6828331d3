/** `sluis intersect` on real data answers what is known of them (SLUIS_FIXTURES/data/…/facts.json), through real stations. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalText } from '@sluis/base';
import { sluis } from '../harness/command-line.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? 'SLUIS_FIXTURES is not set: real data is not there' : false;
const file = (set: string, name: string) => join(fixtures ?? '', 'data', set, name);
// biome-ignore lint/suspicious/noExplicitAny: facts have a form of their own for each set
const facts = (set: string): any => JSON.parse(readFileSync(file(set, 'facts.json'), 'utf8'));
const vendor = (name: string) => file('ioc_ip', `party_${name}.csv`);
const paygap = [file('paygap_uk', 'paygap_2019_20.csv'), file('paygap_uk', 'paygap_2021_22.csv')];
const febrl = [file('febrl4', 'party_a.csv'), file('febrl4', 'party_b.csv')];
const folder = mkdtempSync(join(tmpdir(), 'sluis-intersect-'));
test.after(() => rmSync(folder, { recursive: true }));

interface Document {
  readonly size: number | null;
  readonly sum: string | null;
  readonly items: (string | string[])[];
  readonly belowMinimum: boolean;
  readonly sent: Record<string, number>;
  readonly timings: { readonly totalMs: number };
  readonly receipt: object;
}

async function intersect(files: readonly string[], ...args: string[]): Promise<Document> {
  const ended = await sluis(['intersect', ...files, ...args, '--format', 'json']);
  assert.ok(ended.code === 0 || ended.code === 4, ended.stdout + ended.stderr);
  const document = JSON.parse(ended.stdout) as Document;
  assert.equal(ended.code, document.belowMinimum ? 4 : 0);
  return document;
}

/** Different values of a column of a CSV without quotes in it. */
const column = (path: string, at: number): Set<string> =>
  new Set(
    readFileSync(path, 'utf8')
      .split('\n')
      .slice(1)
      .filter((l) => l !== '')
      .map((l) => l.split(',')[at] ?? ''),
  );

test('ioc_ip: which indicators two vendors have in common, item for item, under both threat models', { skip }, async () => {
  const known = facts('ioc_ip').pairwise_intersection;
  const files = [vendor('blocklist_de'), vendor('greensnow')];
  const theirs = column(files[1] ?? '', 0);
  const expected = [...column(files[0] ?? '', 0)].filter((i) => theirs.has(i)).sort();
  for (const model of ['semi-honest', 'malicious']) {
    const found = await intersect(files, '--on', 'indicator', '--threat-model', model);
    assert.equal(found.size, known['blocklist_de&greensnow']);
    assert.deepEqual(found.items, expected);
    assert.deepEqual(Object.keys(found), ['size', 'sum', 'items', 'belowMinimum', 'sent', 'timings', 'receipt']);
    assert.deepEqual(Object.keys(found.sent), ['A', 'B']);
    const receipt = join(folder, `${model}.json`);
    writeFileSync(receipt, canonicalText(found.receipt));
    const verified = await sluis(['verify', receipt, '--json']);
    assert.equal(verified.code, 0, verified.stdout);
    assert.equal(JSON.parse(verified.stdout).size, found.size);
  }
});

test('ioc_ip: at least 2 of 3 vendors, all three, any; and the sum of hits, without showing which', { skip }, async () => {
  const known = facts('ioc_ip');
  const three = ['blocklist_de', 'greensnow', 'alienvault_ssh'].map(vendor);
  const lists = three.map((f) => column(f, 0));
  const counts = new Map<string, number>();
  for (const list of lists) for (const item of list) counts.set(item, (counts.get(item) ?? 0) + 1);
  const atLeast = (n: number) => [...counts.values()].filter((c) => c >= n).length;
  assert.equal((await intersect(three, '--on', 'indicator')).size, known.triple_blocklist_greensnow_alienvault);
  assert.equal((await intersect(three, '--on', 'indicator', '--mode', 'at-least', '--threshold', '2')).size, atLeast(2));
  assert.equal((await intersect(three, '--on', 'indicator', '--mode', 'union')).size, atLeast(1));
  const sum = await intersect([vendor('ipsum'), vendor('greensnow')], '--on', 'indicator', '--mode', 'sum', '--value', 'hits');
  assert.deepEqual(
    [sum.size, sum.sum],
    [known.pairwise_intersection['greensnow&ipsum'], String(known.sum_ipsum_hits_on_intersection.greensnow)],
  );
  assert.deepEqual(sum.items, []);
});

test('paygap_uk: employers in both years by two keys, and sums over them', { skip }, async () => {
  const known = facts('paygap_uk');
  assert.equal((await intersect(paygap, '--on', 'employer_id')).size, known.psi_employer_id);
  assert.equal((await intersect(paygap, '--on', 'company_number', '--protocol', 'ddh')).size, known.psi_company_number);
  assert.equal((await intersect(paygap, '--on', 'employer_id', '--mode', 'size')).size, known.psi_employer_id);
  const on = known.on_intersection_employer_id;
  const sum = await intersect(paygap, '--on', 'employer_id', '--mode', 'sum', '--value', 'diff_median_hourly_pct');
  assert.deepEqual([sum.size, sum.sum], [on.rows, String(on.sum_diff_median_2019)]);
  const ask = 'SELECT sector, count(*) AS n FROM matches GROUP BY sector ORDER BY n DESC LIMIT 2';
  const flags = await intersect(paygap, '--on', 'employer_id', '--mode', 'flags', '--ask', ask);
  assert.deepEqual((flags as unknown as { rows: unknown }).rows, [
    ['Education', 886],
    ['Manufacturing', 778],
  ]);
});

test('febrl4: people by five keys, where what both lack counts as equal', { skip }, async () => {
  for (const [key, size] of Object.entries(facts('febrl4').exact_psi))
    assert.equal((await intersect(febrl, '--on', key.replaceAll('+', ','), '--missing', 'equal')).size, size, key);
});

test('a minimum that is not reached shows nothing, whoever matches', { skip }, async () => {
  const files = [vendor('binarydefense'), vendor('emerging_threats')];
  for (const mode of ['items', 'size']) {
    const below = await intersect(files, '--on', 'indicator', '--minimum', '5', '--mode', mode);
    assert.deepEqual([below.size, below.sum, below.items, below.belowMinimum], [null, null, [], true], mode);
    const enough = await intersect(files, '--on', 'indicator', '--minimum', '4', '--mode', mode);
    assert.deepEqual([enough.size, enough.belowMinimum], [4, false], mode);
  }
});

test('files and columns that are not there, or not numbers, are named', { skip }, async () => {
  const refused = async (code: string, ...args: string[]) => {
    const ended = await sluis(['intersect', ...args, '--format', 'json']);
    const { error } = JSON.parse(ended.stdout);
    assert.equal(error.code, code, ended.stdout);
    assert.ok(error.message.length > 10 && error.remedy.length > 3);
    return ended.code;
  };
  const [a = '', b = ''] = paygap;
  assert.equal(await refused('usage/intersect', a, join(folder, 'nothing.csv'), '--on', 'x'), 2);
  assert.equal(await refused('usage/intersect', a, b), 2);
  assert.equal(await refused('usage/intersect', a, '--on', 'employer_id'), 2);
  assert.equal(await refused('usage/intersect', a, b, '--on', 'employer_id', '--recipe', 'integer@1,email@1'), 2);
  assert.equal(await refused('matching/unknown-recipe', a, b, '--on', 'employer_id', '--recipe', 'nosuch@1'), 2);
  assert.equal(await refused('dataset/no-column', a, b, '--on', 'nosuch'), 2);
  assert.equal(await refused('usage/intersect', a, b, '--on', 'employer_id', '--mode', 'sum'), 2);
  assert.equal(await refused('usage/intersect', a, b, '--on', 'employer_id', '--mode', 'sum', '--value', 'employer'), 2);
  assert.equal(await refused('usage/intersect', a, b, '--on', 'employer_id', '--mode', 'at-least', '--threshold', '3'), 2);
});
