/** The library of intersections in a real browser: WebAssembly and WebCrypto only, exact answers in every mode. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHROMIUM, IntersectionPage } from '../../bench/psi/browser.ts';

const skip = IntersectionPage.possible ? false : `${CHROMIUM} is missing: intersections were not tested in a browser`;

test('intersections come out exactly in Chromium', { skip }, async () => {
  const page = await IntersectionPage.open();
  try {
    for (const [protocol, threat, n] of [
      ['vole', 'semi-honest', 20_000],
      ['vole', 'malicious', 20_000],
      ['vole', 'malicious', 100],
      ['ddh', 'semi-honest', 50],
      ['ddh', 'malicious', 50],
    ] as const) {
      assert.equal((await page.run(n, protocol, threat)).found, n >> 1, `${protocol}, ${threat}`);
    }
  } finally {
    await page.close();
  }
});
