/** Keys of records and pseudonyms in a real browser: the same bytes as in Node. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { systemRandom, toHex, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { keyOf, keyReader, recipes } from '@sluis/matching';
import { encodeKeyShare, Holder, KeyGeneration, type KeyShare, Pseudonymiser, publicPart } from '@sluis/pseudonyms';
import { build } from 'esbuild';
import { type Browser, chromium, type Page } from 'playwright-core';

const BROWSER = '/usr/bin/chromium';
const skip = existsSync(BROWSER) ? false : `${BROWSER} is missing: keys were not compared with a browser's`;
const TEXTS = [
  ...[
    'Jan Smit',
    'Çelik-Özgür',
    'İzmir ĲSSEL ﬁets ß',
    'ΟΔΟΣ οδός',
    'e\u0301a\u00adb',
    'ﾔﾏﾀﾞ',
    'Ёлкин',
    'van der Dÿk',
    '٣ １２ Ⅻ',
    'ŉ ǰ ΐ ẞ Ω',
  ],
  ...['1980-04-03', '3 mei 1980', '06-12345678', '+31 (0)6 12345678', '111222333', 'NL91ABNA0417164300', '9780306406157'],
  ...[
    'Jan@Bücher.example',
    '例え。テスト',
    'xn--bcher-kva.example',
    'faß.de',
    '2001:DB8::1',
    '::ffff:192.0.2.1',
    'Kerkstraat 12-a, 1234 AB',
  ],
];
const partOf = (recipe: string) => (recipe === 'phone@1' ? { recipe, country: 'NL' } : { recipe });
const ENTRY = `
export { fromHex, systemRandom, toHex, utf8 } from '@sluis/base';
export { loadRistretto } from '@sluis/crypto';
export { keyOf, keyReader } from '@sluis/matching';
export { decodeKeyShare, Holder, Pseudonymiser, publicPart } from '@sluis/pseudonyms';`;

let browser: Browser;
let page: Page;
before(async () => {
  if (skip !== false) return;
  const { outputFiles } = await build({
    stdin: { contents: ENTRY, resolveDir: fileURLToPath(new URL('../..', import.meta.url)), loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'sluis',
    target: 'es2022',
    logLevel: 'silent',
  });
  browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  page = await browser.newPage();
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' });
});
after(async () => browser?.close());

/** Every key or reason, as text; the same code in both worlds. */
const read = (world: unknown, parts: readonly { recipe: string }[], texts: readonly string[]): string[] => {
  const s = world as { keyOf: typeof keyOf; keyReader: typeof keyReader };
  return parts.flatMap((part) => {
    const reader = s.keyReader({ name: 'k', parts: [part] });
    return texts.map((text) => {
      const key = s.keyOf(reader, [text]);
      return key instanceof Uint8Array ? Array.from(key).join() : key.rejected;
    });
  });
};

test('every recipe gives the same bytes in a browser', { skip }, async () => {
  const parts = [...recipes.keys()].map(partOf);
  const here = read({ keyOf, keyReader }, parts, TEXTS);
  const there = await page.evaluate(`(${read.toString()})(sluis, ${JSON.stringify(parts)}, ${JSON.stringify(TEXTS)})`);
  assert.ok(here.filter((k) => k.includes(',')).length > 100);
  assert.deepEqual(there, here);
});

test('a browser makes the same pseudonyms, with the help of holders in Node and in the browser', { skip }, async () => {
  const group = await loadRistretto();
  const setting = { purpose: 'research', parties: ['a', 'b'], threshold: 2, session: utf8('s') };
  const sides = setting.parties.map((me) => new KeyGeneration(group, setting, me, systemRandom));
  const commitments = sides.map((s) => s.commit());
  const revealed = sides.map((s) => s.reveal(commitments));
  const seen = sides.map((s, to) =>
    s.accept(
      revealed.map((r) => r.toAll),
      revealed.map((r) => r.toEach[to] as Uint8Array),
    ),
  );
  const shares = sides.map((s) => s.finish(seen)) as [KeyShare, KeyShare];

  const asker = new Pseudonymiser(group, publicPart(shares[0]), systemRandom);
  const pending = asker.ask([utf8('jan'), utf8('piet')]);
  const answers = shares.map((share) => ({
    holder: share.me,
    answer: new Holder(group, share, systemRandom).answer(pending.request, 'x', 9),
  }));
  const expected = toHex(asker.finish(pending, answers).pseudonyms);

  const there = await page.evaluate(`(async () => {
    const group = await sluis.loadRistretto();
    const shares = ${JSON.stringify(shares.map((s) => toHex(encodeKeyShare(s))))}.map((s) => sluis.decodeKeyShare(group, sluis.fromHex(s)));
    const asker = new sluis.Pseudonymiser(group, sluis.publicPart(shares[0]), sluis.systemRandom);
    const pending = asker.ask([sluis.utf8('jan'), sluis.utf8('piet')]);
    const answers = shares.map((share) => ({ holder: share.me, answer: new sluis.Holder(group, share, sluis.systemRandom).answer(pending.request, 'x', 9) }));
    return sluis.toHex(asker.finish(pending, answers).pseudonyms);
  })()`);
  assert.equal(there, expected);
});
