/** Every character of Unicode's first two planes and its variation selectors within a word: however it is written (case, composed or not), the normal form is one. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { recipeOf } from './index.ts';

for (const id of ['text@1', 'name@1', 'surname-nl@1']) {
  test(id, () => {
    const read = recipeOf(id).reader({});
    for (let point = 1; point < 0xe_02_00; point++) {
      if (point >= 0xd800 && point < 0xe000) continue;
      // Planes of ideographs, which have one form each, and of nothing.
      if (point === 0x2_00_00) point = 0xe_00_00;
      const text = `a${String.fromCodePoint(point)}b`;
      const normal = read(text);
      assert.ok(typeof normal === 'string');
      for (const variant of [normal, text.toUpperCase(), text.toLowerCase(), text.normalize('NFD'), text.normalize('NFKD')]) {
        if (read(variant) !== normal) assert.fail(`U+${point.toString(16)}: ${JSON.stringify([variant, read(variant), normal])}`);
      }
    }
  });
}
