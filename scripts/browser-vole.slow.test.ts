/** A browser's side of oblivious linear evaluation understands a station's: one definition of every byte. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import { Arena, FACTOR_TABLE_BYTES, linearEvaluation } from '@sluis/kernels';
import { pairOfLinks } from '@sluis/model/fixtures';
import { voleReceiver } from '@sluis/ot';
import { build } from 'esbuild';
import { root } from './workspaces.ts';

test('a bundle for browsers sends, Node receives', async () => {
  const contents = "export { voleSender } from '@sluis/ot'; export { Arena } from '@sluis/kernels';";
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    logLevel: 'silent',
  });
  const text = outputFiles[0]?.text ?? assert.fail();
  assert.doesNotMatch(text, /from ['"]node:/);
  const page = (await import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`)) as Pick<
    typeof import('@sluis/ot'),
    'voleSender'
  > &
    Pick<typeof import('@sluis/kernels'), 'Arena'>;
  const options = { context: utf8('a session'), threat: 'malicious', random: systemRandom } as const;
  const [left, right] = pairOfLinks();
  const [pages, stations] = [new page.Arena(), new Arena()];
  const count = 3000;
  const [{ delta, b }, { a, c }] = await Promise.all([
    page.voleSender(left, pages, count, options),
    voleReceiver(right, stations, count, options),
  ]);
  const field = stations.attach(linearEvaluation);
  const table = stations.reserve(FACTOR_TABLE_BYTES);
  field.multiplyTable(stations.place(delta), table);
  field.multiplyByTable(a, a, count, table);
  field.xorInto(stations.place(pages.bytes(b, 16 * count)), a, count);
  assert.ok(Buffer.from(stations.bytes(a, 16 * count)).equals(stations.bytes(c, 16 * count)));
});
