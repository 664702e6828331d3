/** Every character of Unicode within a word: however it is written (case, composed or not), the normal form is one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recipeOf } from './index.ts';

for (const id of ['text@1', 'name@1', 'surname-nl@1']) {
  test(id, () => {
    const read = recipeOf(id).reader({});
    for (let point = 1; point < 0x11_00_00; point++) {
      if (point >= 0xd800 && point < 0xe000) continue;
      const text = `a${String.fromCodePoint(point)}b`;
      const normal = read(text);
      assert.ok(typeof normal === 'string');
      for (const variant of [normal, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFKD')]) {
        if (read(variant) !== normal) assert.fail(`U+${point.toString(16)}: ${JSON.stringify([variant, read(variant), normal])}`);
      }
    }
  });
}
