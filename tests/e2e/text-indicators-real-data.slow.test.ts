/**
 * Seven real lists of addresses as text: which of them three or more have (SLUIS_FIXTURES/data/ioc_ip), through real stations. A
 * member reads its own, a receiver without a list none, and both see the same hashes.
 */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { canonicalBytes } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import { MORE_HASH_BITS, type ResultTable, textHash } from '@sluis/model';
import { verifyReceiptFile } from '@sluis/sdk';
import { openCollaboration } from '../harness/collaboration.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? 'SLUIS_FIXTURES is not set: real data is not there' : false;
const folder = join(fixtures ?? '', 'data', 'ioc_ip');
const VENDORS = ['blocklist_de', 'cins_army', 'greensnow', 'binarydefense', 'emerging_threats', 'alienvault_ssh', 'ipsum'];
const COLUMNS = { indicator: { type: 'VARCHAR', uses: ['join', 'group', 'reveal'] } };
const SQL =
  'SELECT indicator, count(DISTINCT organisation) AS members FROM iocs GROUP BY indicator HAVING count(DISTINCT organisation) >= 3';

/** Different values of the first column of a CSV without quotes in it. */
const list = (vendor: string): Set<string> =>
  new Set(
    readFileSync(join(folder, `party_${vendor}.csv`), 'utf8')
      .split('\n')
      .slice(1)
      .filter((l) => l !== '')
      .map((l) => l.split(',')[0] ?? ''),
  );

test('ioc_ip: which addresses three of seven vendors have, and who can read which', { skip, timeout: 3_000_000 }, async (t) => {
  const c = await openCollaboration({
    parties: [...VENDORS.map((name) => ({ name, file: join(folder, `party_${name}.csv`) })), { name: 'centre' }],
    table: 'iocs',
    columns: COLUMNS,
    maximumRows: 200_000,
    receivers: ['alienvault_ssh', 'centre'],
    terms: { output: { minimum_rows: 1, minimum_organisations: 3 } },
  });
  t.after(() => c.close());
  const began = performance.now();
  const mine = await c.ask(SQL);
  t.diagnostic(`${Math.round(performance.now() - began)} ms, ${Math.round(mine.bytes.total / 1e6)} MB among compute parties`);
  const theirs = await c.member('centre').client.result(mine.receipt.body.run);
  const members = new Map<string, number>();
  for (const vendor of VENDORS) for (const ip of list(vendor)) members.set(ip, (members.get(ip) ?? 0) + 1);
  const own = list('alienvault_ssh');
  const hash = textHash('test');
  const wanted = [...members]
    .filter(([, n]) => n >= 3)
    .map(([ip, n]) => {
      const [first, more] = hash(ip);
      return [own.has(ip) ? ip : null, ((first << MORE_HASH_BITS) | more).toString(16).padStart(24, '0'), n] as const;
    })
    .sort((a, b) => (a[1] < b[1] ? -1 : 1));
  const facts = JSON.parse(readFileSync(join(folder, 'facts.json'), 'utf8')).indicators_by_number_of_parties;
  assert.equal(wanted.length, facts['3'] + facts['4'] + facts['5'] + facts['6']);
  const rows = ({ rows }: ResultTable): unknown[][] => rows.map(([text, hashed, n]) => [text, hashed, Number(n)]);
  assert.ok(mine.result !== null && theirs.result !== null);
  assert.deepEqual(rows(mine.result), wanted);
  assert.deepEqual(
    rows(theirs.result),
    wanted.map(([, hashed, n]) => [null, hashed, n]),
  );
  const readable = wanted.filter(([text]) => text !== null).length;
  t.diagnostic(`${wanted.length} addresses, of which a member reads ${readable}`);
  assert.ok(readable > 1000 && readable < wanted.length);
  const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };
  const verified = await verifyReceiptFile(canonicalBytes(mine.receipt), engines, c.agreement);
  assert.deepEqual(verified.result?.rows, mine.result.rows);
});
