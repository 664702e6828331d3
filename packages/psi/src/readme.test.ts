import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { EXPANSION, falsePositiveBits } from './lengths.ts';
import { failureBits } from './store-failures.ts';

const PROGRAM = fileURLToPath(new URL('../../../examples/intersect/customers.ts', import.meta.url));
const text = readFileSync(fileURLToPath(new URL('../README.md', import.meta.url)), 'utf8');

test('the program in the README is the one in the examples, and says what it promises', async () => {
  assert.ok(text.includes(`\`\`\`ts\n${readFileSync(PROGRAM, 'utf8')}\`\`\``));
  const { stdout } = await promisify(execFile)(process.execPath, [PROGRAM]);
  assert.equal(stdout, "[ 'carla@example.org', 'anna@example.org' ]\n");
});

test('probabilities in the README are those of the code', () => {
  const bits = [1e6, 1e7, 16e6].map((n) => failureBits(n, EXPANSION, 128));
  const said = [46.4, 43.1, 42.4];
  said.forEach((figure, i) => {
    assert.ok(text.includes(String(figure)));
    assert.ok((bits[i] as number) >= figure && (bits[i] as number) < figure + 0.1, `${bits[i]}`);
  });
  const sizes = { sender: 1e6, receiver: 1e6 };
  assert.equal(Math.floor(falsePositiveBits({ context: new Uint8Array(1), protocol: 'vole', threat: 'malicious', sizes })), 88);
  for (const n of [1, 1e3, 1e6, 2 ** 20 + 1, 16e6]) {
    const terms = { context: new Uint8Array(1), protocol: 'vole', threat: 'semi-honest', sizes: { sender: n, receiver: n } } as const;
    assert.ok(falsePositiveBits(terms) >= 40);
  }
});
