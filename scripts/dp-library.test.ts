/** The examples of packages/dp/README.md run as they stand, in a bundle for browsers: nothing of Node is in it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { root } from './workspaces.ts';

const text = readFileSync(join(root, 'packages/dp/README.md'), 'utf8');
const examples = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

async function bundled(code: string, platform: 'browser' | 'node'): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'js' },
    bundle: true,
    minify: platform === 'browser',
    write: false,
    platform,
    format: 'iife',
    target: 'es2022',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? assert.fail();
}

/** What a program prints, with nothing in reach but what browsers have too. */
function printed(program: string): unknown[][] {
  const lines: unknown[][] = [];
  const { crypto, TextEncoder, TextDecoder, performance } = globalThis;
  runInNewContext(program, { crypto, TextEncoder, TextDecoder, performance, console: { log: (...line: unknown[]) => lines.push(line) } });
  return lines;
}

test('there are examples', () => {
  assert.equal(examples.length, 2);
});

for (const platform of ['browser', 'node'] as const)
  test(`the examples run, bundled for ${platform}`, async () => {
    const [first = '', second = ''] = await Promise.all(examples.map((code) => bundled(code, platform)));
    if (platform === 'browser') for (const program of [first, second]) assert.doesNotMatch(program, /\bnode:|require\(/);
    const lines = printed(first);
    assert.deepEqual(lines.map(([key]) => key).slice(0, 3), ['north', 'south', 'west']);
    const price = lines[3]?.[1] as number;
    assert.ok(price > 1.5 && price <= 2, `${price}`);
    const [towns, middle, index] = printed(second).map(([value]) => value) as [{ key: string }[], { value: number }, number];
    assert.ok(towns.some(({ key }) => key === 'Delft'));
    assert.ok(middle.value > 20_000 && middle.value < 40_000);
    assert.equal(index, 1);
  });
