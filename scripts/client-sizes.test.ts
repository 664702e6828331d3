/** What a web page loads to report privately: a few kilobytes, and nothing of Node. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { root } from './workspaces.ts';

/** A page's own line of code, in one file with all that it needs. */
async function bundled(code: string): Promise<{ text: string; minified: number; compressed: number }> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: root, loader: 'ts' },
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    logLevel: 'silent',
  });
  const text = outputFiles[0]?.text ?? assert.fail();
  return { text, minified: Buffer.byteLength(text), compressed: gzipSync(text, { level: 9 }).length };
}

/** Runs a bundle as a module, without anything that a browser lacks in it. */
const load = (text: string): Promise<Record<string, unknown>> =>
  import(`data:text/javascript;base64,${Buffer.from(text).toString('base64')}`);

const LOCAL = "export { randomisedResponse, unaryEncoding, localHashing, hadamardResponse, hybridMean } from '@sluis/dp/local';";
const cases: [string, string, number, number][] = [
  ['randomised response alone', "export { randomisedResponse } from '@sluis/dp/local';", 5_500, 2_800],
  ['all local mechanisms', LOCAL, 10_000, 4_600],
  ['all local mechanisms, with estimates', "export * from '@sluis/dp/local';", 12_500, 5_500],
  [
    'reports of a histogram by Prio3',
    "export { prio3Histogram } from '@sluis/prio'; export { systemRandom, utf8 } from '@sluis/base';",
    32_000,
    12_000,
  ],
  ['reports to collections, local', "export { localReport } from '@sluis/sdk/report/local';", 14_000, 6_000],
  ['reports to collections, sealed', "export { sealedReport } from '@sluis/sdk/report/page';", 90_000, 34_000],
];

for (const [name, code, minified, compressed] of cases) {
  test(`${name}: at most ${minified} bytes minified, ${compressed} compressed`, async () => {
    const made = await bundled(code);
    assert.ok(made.minified <= minified && made.compressed <= compressed, `${made.minified} bytes, ${made.compressed} compressed`);
    assert.doesNotMatch(made.text, /\bnode:|require\(/);
  });
}

test('the bundles work', async () => {
  const bytes = (length: number) => globalThis.crypto.getRandomValues(new Uint8Array(length));
  const local = (await load((await bundled(LOCAL)).text)) as typeof import('@sluis/dp/local');
  for (const mechanism of [
    local.randomisedResponse('1', 5),
    local.unaryEncoding('1', 5),
    local.localHashing('1', 5),
    local.hadamardResponse('1', 5),
  ])
    assert.equal(mechanism.randomise(3, { bytes }).length, mechanism.reportBytes);
  const prio = (await load((await bundled(cases[3]?.[1] ?? '')).text)) as typeof import('@sluis/prio') & typeof import('@sluis/base');
  const histogram = prio.prio3Histogram(10);
  const { nonce, publicShare, inputShares } = histogram.shard(prio.utf8('x'), 3, prio.systemRandom);
  const opened = inputShares.map((share, i) => histogram.verifyInit(new Uint8Array(32), prio.utf8('x'), i, nonce, publicShare, share));
  const message = histogram.verifierSharesToMessage(
    prio.utf8('x'),
    opened.map((o) => o.verifierShare),
  );
  assert.equal(opened.map((o) => histogram.verifyNext(o.state, message)).length, 2);
});
