/** The contributor's page in a real browser: a deposit made there is one that stations accept. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { sluis } from '../harness/command-line.ts';

const BROWSER = '/usr/bin/chromium';
const skip = existsSync(BROWSER) ? false : `${BROWSER} is missing: the contributor's page was not tested in a browser`;
const COMMITTEE = ['north', 'south', 'west'];
const COLUMNS = {
  sector: { type: 'VARCHAR', uses: ['group'], domain: { values: ['Energy', 'Zorg é', 'Finance'] } },
  note: { type: 'VARCHAR', nullable: true },
  cost: { type: 'DECIMAL(12,2)', uses: ['aggregate'], bounds: ['0', '1000000'], nullable: true },
};

let c: Collaboration;
let browser: Browser;
let folder: string;
let page: Page;
let faults: string[];
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text, { mode: 0o600 });
  return path;
};

before(async () => {
  if (skip !== false) return;
  folder = mkdtempSync(join(tmpdir(), 'sluis-page-'));
  const made = await sluis(['contribute', 'identity', 'create', '--name', 'alice', '--out', join(folder, 'alice.json'), '--json']);
  c = await openCollaboration({
    parties: [...COMMITTEE, 'centre'].map((name) => ({ name })),
    table: 'incidents',
    columns: COLUMNS,
    terms: {
      contributors: { alice: { identity: JSON.parse(made.stdout).identity } },
      tables: { incidents: { providers: [], columns: COLUMNS, deposits: { by: ['alice'] } } },
      output: { minimum_rows: 5, minimum_organisations: 1 },
    },
  });
  browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  page = await (await browser.newContext({ ignoreHTTPSErrors: true, locale: 'nl-NL', acceptDownloads: true })).newPage();
  faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
});
after(async () => {
  await browser?.close();
  await c?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

const address = () => `https://${c.agreement.organisations.find((o) => o.name === 'centre')?.station}/contribute`;

test('the page speaks Dutch and English, and makes an identity', { skip }, async () => {
  await page.goto(address());
  assert.equal(await page.title(), 'Sluis · Gegevens inleggen');
  await page.click('header a');
  assert.equal(await page.locator('h1').textContent(), 'Deposit data');
  await page.click('summary');
  await page.fill('#name', 'newcomer');
  const [download] = await Promise.all([page.waitForEvent('download'), page.click('#make button')]);
  assert.equal(download.suggestedFilename(), 'newcomer.identity.json');
  const saved = file('newcomer.json', readFileSync(await download.path(), 'utf8'));
  assert.match((await page.textContent('#made')) ?? '', /^newcomer: \{identity: "[0-9a-f]{64}"\}$/);
  await page.setInputFiles('#identity', saved);
  await page.waitForSelector('#result.bad');
  assert.match((await page.textContent('#result')) ?? '', /deposit\/no-agreement/);
});

test('a file with bad rows is refused in the browser; a good one is deposited, and the command line sees the same', { skip }, async () => {
  await page.goto(address());
  await page.setInputFiles('#identity', join(folder, 'alice.json'));
  await page.waitForSelector('#deposit:not([hidden])');
  assert.ok((await page.textContent('#agreement-id'))?.includes(c.agreementId));
  await page.setInputFiles('#csv', file('bad.csv', 'sector,note,cost\nEnergy,x,5\nShips,y,6\n'));
  await page.click('#send');
  await page.waitForSelector('#problems li');
  assert.match((await page.textContent('#problems')) ?? '', /Regel 3: sector/);
  const rows = Array.from({ length: 2500 }, (_, i) => `${COLUMNS.sector.domain.values[i % 3]},"n ${i}",${i % 5 === 0 ? '' : i + 0.5}`);
  const good = file('good.csv', `sector,note,cost\n${rows.join('\n')}\n`);
  await page.setInputFiles('#csv', good);
  await page.click('#send');
  await page.waitForSelector('#result.good', { timeout: 60_000 });
  const batch = /[0-9a-f]{32}/.exec((await page.textContent('#result')) ?? '')?.[0] ?? assert.fail('a deposit has a number');
  for (const name of COMMITTEE) assert.deepEqual(readdirSync(join(c.member(name).home, 'deposits', batch)), ['0']);
  // Node derives the same number and the same shares from the same file: nothing is left to send.
  const again = await sluis([
    'contribute',
    'incidents',
    '--from',
    good,
    '--identity',
    join(folder, 'alice.json'),
    '--agreement',
    file('a.json', JSON.stringify(c.agreement)),
    '--json',
  ]);
  assert.deepEqual([JSON.parse(again.stdout).already, JSON.parse(again.stdout).deposit], [true, batch]);
  assert.deepEqual(
    faults.filter((f) => !f.includes('403')),
    [],
  );
});
