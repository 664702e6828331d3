/**
 * "Which indicators occur at three or more of six members": texts without a declared list, seven real stations. Each receiver
 * reads those that it has itself, and of the others sees the hash; receipts verify to what each of them saw.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { canonicalBytes, InvalidError } from '@sluis/base';
import { createFinaliser, createSqlEngine } from '@sluis/engine';
import { MORE_HASH_BITS, type Receipt, type ResultTable, type RunResult, textHash } from '@sluis/model';
import { verifyReceiptFile } from '@sluis/sdk';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { sluis } from '../harness/command-line.ts';

const uses = ['join', 'group', 'reveal', 'filter'];
const COLUMNS = { indicator: { type: 'VARCHAR', uses, nullable: true }, kind: { type: 'VARCHAR', uses: ['join'] } };
/** Who has what. One stands at two members only, and twice at one of them; an empty cell is NULL. */
const LISTS: Readonly<Record<string, readonly string[]>> = {
  north: ['evil.example', 'shared-by-five.test', 'north-only.test', 'two.test', 'two.test'],
  east: ['evil.example', 'shared-by-five.test', 'mail.bad.example', 'two.test', 'EVIL.example'],
  south: ['evil.example', 'shared-by-five.test', 'mail.bad.example', 'ünïcode.test', ''],
  west: ['shared-by-five.test', 'mail.bad.example', 'ünïcode.test', ''],
  coast: ['shared-by-five.test', 'mail.bad.example', 'ünïcode.test', ''],
  hills: ['hills-only.test', ''],
};
const WATCHED = ['mail.bad.example', 'two.test', 'never-seen.test'];
const csv = (of: readonly string[]) => `indicator,kind\n${of.map((t) => `${t},domain`).join('\n')}\n`;

const sql =
  'SELECT indicator, count(DISTINCT organisation) AS members FROM iocs GROUP BY indicator HAVING count(DISTINCT organisation) >= 3';

const hash = textHash('test');
const hashText = (text: string): string => {
  const [first, more] = hash(text);
  return ((first << MORE_HASH_BITS) | more).toString(16).padStart(24, '0');
};

/** What three or more have, as somebody with these texts sees it. */
function expected(own: readonly string[]): unknown[][] {
  const all = [...new Set(Object.values(LISTS).flat())];
  return all
    .map((t) => ({ t, members: Object.values(LISTS).filter((list) => list.includes(t)).length }))
    .filter(({ members }) => members >= 3)
    .map(({ t, members }) => (t === '' ? [null, null, members] : [own.includes(t) ? t : null, hashText(t), members]))
    .sort(([, a], [, b]) => (b === null || (a !== null && String(a) < String(b)) ? -1 : 1));
}

const rows = (table: ResultTable | null) => table?.rows.map((row) => row.map((v, i) => (i === 2 ? Number(v) : v)));

describe('indicators that three of six members have', () => {
  let c: Collaboration;
  let answer: RunResult;

  before(async () => {
    c = await openCollaboration({
      parties: [...Object.entries(LISTS).map(([name, list]) => ({ name, csv: csv(list) })), { name: 'centre' }],
      table: 'iocs',
      columns: COLUMNS,
      receivers: ['north', 'east', 'hills', 'centre'],
      terms: {
        threat_model: 'malicious',
        output: { minimum_rows: 1, minimum_organisations: 3 },
        intersections: {
          common: {
            between: Object.keys(LISTS).map((organisation) => ({ organisation, table: 'iocs' })),
            ...{ on: ['indicator'], reveal: 'at-least', threshold: 4, show_items: true, receivers: ['east', 'centre'] },
          },
        },
        tables: {
          iocs: { providers: Object.keys(LISTS), columns: COLUMNS, maximum_rows: 1000 },
          watched: { kind: 'owner', providers: ['centre'], columns: COLUMNS, maximum_rows: 1000 },
        },
      },
    });
    const file = join(c.member('centre').home, 'watched.csv');
    writeFileSync(file, csv(WATCHED), { mode: 0o600 });
    await c.member('centre').client.connect({ table: 'watched', file });
    answer = await c.ask(sql);
  });
  after(() => c?.close());

  const resultAt = async (name: string): Promise<RunResult> =>
    name === 'north' ? answer : c.member(name).client.result(answer.receipt.body.run);
  const engines = { sql: createSqlEngine(), finaliser: createFinaliser() };

  test('every receiver reads what it has, and all see the same hashes in the same order', async () => {
    assert.deepEqual(
      answer.result?.columns.map((k) => `${k.name} ${k.type}`),
      ['indicator VARCHAR', 'indicator_hash VARCHAR', 'members BIGINT'],
    );
    const readable: Record<string, number> = {};
    for (const name of ['north', 'east', 'hills', 'centre']) {
      const { result, receipt } = await resultAt(name);
      const own = name === 'centre' ? WATCHED : (LISTS[name] ?? []);
      assert.deepEqual(rows(result), expected(own), name);
      readable[name] = result?.rows.filter((row) => row[0] !== null).length ?? -1;
      const verified = await verifyReceiptFile(canonicalBytes(receipt), engines, c.agreement);
      assert.deepEqual(verified.result?.rows, result?.rows, `${name}'s receipt gives the same answer offline`);
    }
    assert.deepEqual(readable, { north: 2, east: 3, hills: 0, centre: 1 });
  });

  test('a text that was put into the receipt, taken for another or doubled is found; one taken out is not read', async () => {
    const { receipt } = await resultAt('east');
    const { openings } = receipt;
    assert.ok(openings?.texts !== undefined);
    const verify = (texts: string[] | undefined) => {
      const { texts: _, ...rest } = openings;
      const changed: Receipt = { ...receipt, openings: texts === undefined ? rest : { ...rest, texts } };
      return verifyReceiptFile(canonicalBytes(changed), engines, c.agreement);
    };
    const ofNoGroup = (error: unknown) => error instanceof InvalidError && error.code === 'receipt/text-of-no-group';
    await assert.rejects(verify([...openings.texts, 'innocent.example']), ofNoGroup);
    await assert.rejects(verify(openings.texts.map((t, i) => (i === 0 ? 'innocent.example' : t))), ofNoGroup);
    await assert.rejects(verify([...openings.texts, openings.texts[0] ?? '']), ofNoGroup);
    assert.equal((await verify(undefined)).result?.rows.filter((row) => row[0] !== null).length, 0);
  });

  test('what fewer than three have is nowhere: not in the answer, nor in a receipt', async () => {
    const few = ['north-only.test', 'two.test', 'hills-only.test', 'EVIL.example'];
    for (const name of ['north', 'east', 'hills', 'centre']) {
      const { result, receipt } = await resultAt(name);
      const text = JSON.stringify([result, receipt.openings?.texts]);
      for (const t of few) assert.ok(!text.includes(t) && !text.includes(hashText(t)), `${t} at ${name}`);
    }
  });

  test('the rules decide, not the question: two are not enough where the agreement says three', async () => {
    const { result } = await c.ask(sql.replace('>= 3', '>= 2'));
    assert.deepEqual(rows(result), expected(LISTS['north'] ?? []));
  });

  test('an intersection of the agreement that shows items is asked by its name', async () => {
    const ended = await sluis(['intersect', 'common', '--home', c.member('east').home, '--format', 'json']);
    assert.equal(ended.code, 0, ended.stdout + ended.stderr);
    const found = JSON.parse(ended.stdout) as { columns: object[]; rows: unknown[][]; receipt: Receipt };
    assert.deepEqual(found.receipt.body.receivers, ['east', 'centre']);
    // Rows without an indicator, which four members have, are no item.
    const wanted = expected(LISTS['east'] ?? []).filter(([, hashed, members]) => Number(members) >= 4 && hashed !== null);
    const sorted = wanted.sort((a, b) => Number(b[2]) - Number(a[2]));
    assert.deepEqual(found.rows, sorted);
    assert.deepEqual(found.columns[1], { name: 'indicator_hash', type: 'VARCHAR', hashOf: 'indicator' });
    const shown = await sluis(['result', found.receipt.body.run, '--home', c.member('centre').home]);
    assert.match(shown.stdout, /NULL .*5\n/);
    assert.match(shown.stderr, /In 1 of 2 rows indicator is none of your own values/);
  });
});
