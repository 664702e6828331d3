/** Lists that are used in earnest: intersections equal the facts that come with the data, which were computed without this code. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { intersectAsReceiver, intersectAsSender, type IntersectionTerms, MessageLink, packItems } from './index.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? 'SLUIS_FIXTURES is not set: real data is not there' : false;
const read = (set: string, file: string) => readFileSync(join(fixtures ?? '', 'data', set, file), 'utf8');
const facts = (set: string) => JSON.parse(read(set, 'facts.json'));

/** A column of a CSV file whose earlier columns hold no quotes. */
function column(set: string, file: string, name: string): string[] {
  const [header = '', ...lines] = read(set, file).trimEnd().split(/\r?\n/);
  const at = header.split(',').findIndex((title) => title.trim() === name);
  return lines.map((line) => line.split(',')[at]?.trim() ?? '').filter((value) => value !== '');
}

/** What the receiver finds, over VOLE with its real messages. */
async function found(sent: readonly string[], received: readonly string[], threat: IntersectionTerms['threat']): Promise<string[]> {
  const sizes = { sender: sent.length, receiver: received.length };
  const terms: IntersectionTerms = { context: utf8('real data'), threat, protocol: 'vole', sizes };
  const atSender: MessageLink = new MessageLink((message) => atReceiver.arrived(message));
  const atReceiver: MessageLink = new MessageLink((message) => atSender.arrived(message));
  const [, positions] = await Promise.all([
    intersectAsSender(atSender, packItems(sent), terms, systemRandom),
    intersectAsReceiver(atReceiver, packItems(received), terms, systemRandom),
  ]);
  return [...positions].map((i) => received[i] as string);
}

test('threat indicators of seven lists, every two of them', { skip }, async () => {
  const { sizes, pairwise_intersection: pairs } = facts('ioc_ip');
  const lists = new Map(Object.keys(sizes).map((name) => [name, column('ioc_ip', `party_${name}.csv`, 'indicator')]));
  for (const [pair, count] of Object.entries(pairs)) {
    const [first = [], second = []] = pair.split('&').map((name) => lists.get(name));
    assert.equal((await found(first, second, 'malicious')).length, count, pair);
  }
});

test('employers of two years, some of which stand twice', { skip }, async () => {
  const expected = facts('paygap_uk')['psi_employer_id'];
  const [earlier, later] = ['paygap_2019_20.csv', 'paygap_2021_22.csv'].map((file) => column('paygap_uk', file, 'employer_id'));
  assert.equal(new Set(await found(earlier ?? [], later ?? [], 'semi-honest')).size, expected);
  assert.equal(new Set(await found(later ?? [], earlier ?? [], 'semi-honest')).size, expected);
});

test('people of two registers by their social security number', { skip }, async () => {
  const [a, b] = ['party_a.csv', 'party_b.csv'].map((file) => column('febrl4', file, 'soc_sec_id'));
  assert.equal((await found(a ?? [], b ?? [], 'malicious')).length, facts('febrl4')['exact_psi']['soc_sec_id']);
});
