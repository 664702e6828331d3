/** Seven real lists of threat indicators at seven stations and a centre that receives; and two years of pay gaps at two. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
export const skip = fixtures === undefined ? 'SLUIS_FIXTURES is not set: real data is not there' : false;
export const folder = (name: string) => join(fixtures ?? '', 'data', name);
// biome-ignore lint/suspicious/noExplicitAny: facts have a form of their own for each set
export const facts = (name: string): any => JSON.parse(readFileSync(join(folder(name), 'facts.json'), 'utf8'));

export const LISTS = ['blocklist_de', 'cins_army', 'greensnow', 'binarydefense', 'emerging_threats', 'alienvault_ssh', 'ipsum'] as const;

const INDICATOR = { type: 'VARCHAR', uses: ['join', 'aggregate', 'filter'] };
const HITS = { type: 'INTEGER', uses: ['aggregate', 'filter'], bounds: ['0', '100'] };

/** Table `seen` of all lists, and each list as a table of its owner, by its name. */
export async function openLists(threat: 'semi-honest' | 'malicious', lists: readonly string[] = LISTS): Promise<Collaboration> {
  const columnsOf = (list: string) => (list === 'ipsum' ? { indicator: INDICATOR, hits: HITS } : { indicator: INDICATOR });
  const own = lists.map((list) => [
    list,
    { kind: 'owner', providers: [list], columns: columnsOf(list), maximum_rows: 150_000, unique: [['indicator']] },
  ]);
  const together = await openCollaboration({
    parties: [...lists, 'centre'].map((name) => ({ name })),
    table: 'seen',
    columns: { indicator: INDICATOR },
    terms: {
      threat_model: threat,
      tables: {
        seen: { providers: lists, columns: { indicator: INDICATOR }, maximum_rows: 150_000 },
        ...Object.fromEntries(own),
      },
    },
  });
  for (const list of lists) {
    const { client } = together.member(list);
    const file = join(folder('ioc_ip'), `party_${list}.csv`);
    await client.connect({ table: 'seen', file });
    await client.connect({ table: list, file });
  }
  return together;
}

const GAP = { type: 'DECIMAL(5,1)', uses: ['aggregate', 'filter'], bounds: ['-1000', '1000'] };
const YEAR = {
  employer_id: { type: 'INTEGER', uses: ['join', 'aggregate', 'filter'], bounds: ['0', '1000000'] },
  company_number: { type: 'VARCHAR', uses: ['join', 'filter', 'aggregate'], nullable: true },
  diff_median_hourly_pct: GAP,
};

/** Tables `before` (2019–20, in which one employer stands twice) and `later` (2021–22). */
export async function openPayGaps(): Promise<Collaboration> {
  const table = (owner: string) => ({ kind: 'owner', providers: [owner], columns: YEAR, maximum_rows: 20_000 });
  const together = await openCollaboration({
    parties: ['first', 'second', 'centre'].map((name) => ({ name })),
    table: 'before',
    columns: YEAR,
    terms: { tables: { before: table('first'), later: { ...table('second'), unique: [['employer_id']] } } },
  });
  for (const [name, own, year] of [
    ['first', 'before', '2019_20'],
    ['second', 'later', '2021_22'],
  ] as const) {
    const file = join(together.member(name).home, `${own}.csv`);
    writeFileSync(file, readFileSync(join(folder('paygap_uk'), `paygap_${year}.csv`)), { mode: 0o600 });
    await together.member(name).client.connect({ table: own, file });
  }
  return together;
}

/** Lists as IPv4 addresses in numbers, in one table from which an address may be shown if two lists or more have it. */
export async function openAddresses(lists: readonly string[], least: number): Promise<Collaboration> {
  const columns = { ip: { type: 'BIGINT', uses: ['join', 'group'], bounds: ['0', '4294967295'] } };
  const together = await openCollaboration({
    parties: [...lists, 'centre'].map((name) => ({ name })),
    table: 'seen',
    columns,
    terms: {
      tables: { seen: { providers: lists, columns, maximum_rows: 20_000 } },
      output: { minimum_rows: 1, minimum_organisations: least },
    },
  });
  for (const list of lists) {
    const { client, home } = together.member(list);
    const file = join(home, 'addresses.csv');
    writeFileSync(file, `ip\n${addressesOf(list).join('\n')}\n`, { mode: 0o600 });
    await client.connect({ table: 'seen', file });
  }
  return together;
}

/** The addresses of a list, as numbers. */
export function addressesOf(list: string): number[] {
  const lines = readFileSync(join(folder('ioc_ip'), `party_${list}.csv`), 'utf8')
    .trim()
    .split('\n')
    .slice(1);
  return lines.map((line) => (line.split(',')[0] ?? '').split('.').reduce((n, part) => n * 256 + Number(part), 0));
}
