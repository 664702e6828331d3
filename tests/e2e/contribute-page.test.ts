/** The contributor's page in a real browser: a deposit made there is one that stations accept. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { toHex } from '@sluis/base';
import { generateSigningKey, sign } from '@sluis/crypto';
import { type Agreement, agreementId, type SignedAgreement, signAgreement } from '@sluis/model';
import { type Browser, chromium, type Page } from 'playwright-core';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { sluis } from '../harness/command-line.ts';

const BROWSER = '/usr/bin/chromium';
const skip = existsSync(BROWSER) ? false : `${BROWSER} is missing: the contributor's page was not tested in a browser`;
/** For whatever a page has to come to, on a machine that is busy with much else. */
const PATIENCE_MS = 300_000;
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
  browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'], timeout: PATIENCE_MS });
  page = await (await browser.newContext({ ignoreHTTPSErrors: true, locale: 'nl-NL', acceptDownloads: true })).newPage();
  page.setDefaultTimeout(PATIENCE_MS);
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
  assert.equal(await page.textContent('#signers'), c.agreement.organisations.map((o) => o.name).join(', '));
  await page.setInputFiles('#csv', file('bad.csv', 'sector,note,cost\nEnergy,x,5\nShips,y,6\n'));
  await page.click('#send');
  await page.waitForSelector('#problems li');
  assert.match((await page.textContent('#problems')) ?? '', /Regel 3: sector/);
  const rows = Array.from({ length: 2500 }, (_, i) => `${COLUMNS.sector.domain.values[i % 3]},"n ${i}",${i % 5 === 0 ? '' : i + 0.5}`);
  const good = file('good.csv', `sector,note,cost\n${rows.join('\n')}\n`);
  await page.setInputFiles('#csv', good);
  await page.click('#send');
  await page.waitForSelector('#result.good');
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
  const own = page.locator('#deposits li', { hasText: batch.slice(0, 12) });
  assert.match((await own.textContent()) ?? '', /incidents · rijen: 2500 · aangenomen/);
  await own.locator('button').click();
  await page.locator('#deposits li', { hasText: 'teruggetrokken' }).waitFor();
  for (const name of COMMITTEE) assert.equal(existsSync(join(c.member(name).home, 'deposits', batch)), false, `${name} keeps nothing`);
  assert.deepEqual(
    faults.filter((f) => !f.includes('403')),
    [],
  );
});

type Shown = { id: string; signed: SignedAgreement };

/** An agreement like the real one, with other keys and everybody's signatures: what a lying station would make up. */
async function madeUp({ signed }: Shown): Promise<Shown> {
  const keys = new Map(signed.agreement.organisations.map((o) => [o.name, generateSigningKey()] as const));
  const organisations = signed.agreement.organisations.map((o) => ({
    ...o,
    identity: toHex(keys.get(o.name)?.publicKey ?? assert.fail()),
  }));
  const agreement: Agreement = { ...signed.agreement, organisations };
  const signatures: Record<string, string> = {};
  for (const [organisation, key] of keys)
    signatures[organisation] = await signAgreement(agreement, { organisation, sign: async (p, m) => sign(key.privateKey, p, m) });
  return { id: agreementId(agreement), signed: { agreement, signatures } };
}

test('the browser refuses an agreement that is not signed, or another one than it showed', { skip }, async () => {
  let lie: (shown: Shown) => Shown | Promise<Shown> = (shown) => shown;
  await page.context().route('**/contribute/agreement', async (route) => {
    const answer = await route.fetch();
    await route.fulfill({ response: answer, json: await lie(await answer.json()) });
  });
  const sent: string[] = [];
  page.context().on('request', (request) => sent.push(request.url()));
  const shown = async () => {
    await page.goto(address());
    await page.setInputFiles('#identity', join(folder, 'alice.json'));
  };
  const refused = async () => {
    await page.waitForSelector('#result.bad');
    assert.match((await page.textContent('#result')) ?? '', /deposit\/other-agreement/);
  };
  const sealing = 'AAAA';
  const lies: (typeof lie)[] = [
    ({ id, signed }) => ({ id, signed: { ...signed, signatures: { ...signed.signatures, south: '00'.repeat(64) } } }),
    ({ id, signed }) => {
      const organisations = signed.agreement.organisations.map((o) => ({ ...o, sealing: sealing + o.sealing.slice(4) }));
      return { id, signed: { ...signed, agreement: { ...signed.agreement, organisations } } };
    },
    ({ signed }) => ({ id: 'ab'.repeat(32), signed }),
  ];
  for (const one of lies) {
    lie = one;
    await shown();
    await refused();
    assert.equal(await page.isVisible('#deposit'), false);
  }
  lie = (real) => real;
  await shown();
  await page.waitForSelector('#deposit:not([hidden])');
  lie = madeUp;
  await page.setInputFiles('#csv', file('small.csv', 'sector,note,cost\nEnergy,a,1\n'));
  await page.click('#send');
  await refused();
  assert.deepEqual(
    sent.filter((url) => url.includes('/contribute/deposits')),
    [],
  );
});
