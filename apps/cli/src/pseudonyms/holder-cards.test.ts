/** One organisation is one holder, under however many names: else it had two of the shares that must not come together. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Card } from '@sluis/model';
import { makeStation } from '../new-station.ts';
import { readCards } from './holder-cards.ts';
import { readCast } from './holder-cast.ts';

const folder = mkdtempSync(join(tmpdir(), 'sluis-cards-'));
const home = join(folder, 'hospital');
const cards: Card[] = [];
before(async () => {
  for (const [i, name] of ['hospital', 'clinic', 'lab'].entries())
    cards.push(await makeStation({ home: join(folder, name), name, listen: `127.0.0.1:${7400 + i}` }));
});
after(() => rmSync(folder, { recursive: true }));

const card = (i: number): Card => cards[i] ?? assert.fail('there is no such card');
/** A card's file, with some of another's words in it. */
function file(name: string, of: Card): string {
  const path = join(folder, `${name}.card.json`);
  writeFileSync(path, JSON.stringify(of));
  return path;
}
const usage = (message: RegExp) => ({ code: 'usage/pseudonyms', message });

test('two cards of one identity are refused, also under other names, certificates and addresses', () => {
  const [clinic, lab] = [card(1), card(2)];
  assert.equal(readCards([file('clinic', clinic), file('lab', lab)]).length, 2);
  const renamed = file('renamed', { ...lab, identity: clinic.identity });
  assert.throws(() => readCards([file('clinic', clinic), renamed]), usage(/have the same identity/));
  assert.throws(
    () => readCards([renamed, file('lab', lab), file('clinic', clinic)]),
    usage(/have the same certificate|have the same name/),
  );
  assert.throws(() => readCards([file('clinic', clinic), `${renamed}=127.0.0.1:9000`]), usage(/have the same identity/));
});

test('a holder does not count itself twice: not under another name and certificate either', async () => {
  const [own, clinic, lab] = [card(0), card(1), card(2)];
  const together = await readCast({ home, with: [file('clinic', clinic), file('lab', lab)] });
  assert.deepEqual(together.parties, ['clinic', 'hospital', 'lab']);
  const disguised = file('disguised', { ...lab, identity: own.identity });
  await assert.rejects(readCast({ home, with: [file('clinic', clinic), disguised] }), usage(/hospital is this station itself/));
});
