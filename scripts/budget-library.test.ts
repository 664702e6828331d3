/** The examples of packages/budget/README.md run as they stand, in a bundle for browsers: nothing of Node is in it. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { runInNewContext } from 'node:vm';
import { build } from 'esbuild';
import { root } from './workspaces.ts';

const text = readFileSync(join(root, 'packages/budget/README.md'), 'utf8');
const examples = [...text.matchAll(/^```js\n([\s\S]*?)^```$/gm)].map(([, code = '']) => code);

async function printed(code: string): Promise<unknown[][]> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'js' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    logLevel: 'silent',
  });
  const program = outputFiles[0]?.text ?? assert.fail();
  assert.doesNotMatch(program, /\bnode:|require\(/);
  const lines: unknown[][] = [];
  const { crypto, TextEncoder, TextDecoder } = globalThis;
  runInNewContext(program, { crypto, TextEncoder, TextDecoder, console: { log: (...line: unknown[]) => lines.push(line) } });
  return lines;
}

test('prices, as the text says them', async () => {
  const [[ten, hundred] = [], [price] = [], [fits] = [], [delta] = []] = await printed(examples[0] ?? '');
  assert.ok((ten as number) === 1 && Math.abs((hundred as number) - 4.775) < 1e-3);
  const { separately, together, before, after } = price as Record<'separately' | 'together' | 'before' | 'after', number>;
  assert.ok(together < separately && after > before && after < before + together);
  assert.equal(fits, after <= 5);
  assert.ok((delta as number) > 0 && (delta as number) < 1e-6);
});

test('margins, as the text says them', async () => {
  const [[margin, outside] = [], [laplace] = [], [gaussian] = [], [mean] = [], [threshold] = []] = await printed(examples[1] ?? '');
  assert.equal(margin, 36n);
  assert.ok((outside as number) <= 0.05);
  for (const { epsilon } of [laplace, gaussian] as { epsilon: string }[]) assert.ok(Number(epsilon) > 0.1 && Number(epsilon) < 1);
  // Two scales of 5 alone reach 36 / 2 in 95 % of cases, and further in 99 %.
  assert.ok((mean as bigint) > 18n && (mean as bigint) < 36n);
  assert.ok((threshold as bigint) > 200n);
});
