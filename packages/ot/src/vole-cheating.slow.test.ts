/**
 * Lies in every message of the malicious VOLE. What is changed on the way stands for what its sender could have sent, since
 * nothing before it in the same message binds it; where a liar would fit its later messages to the lie, the test does so too.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { concatBytes, type Random, systemRandom, utf8 } from '@sluis/base';
import { loadRistretto } from '@sluis/crypto';
import { Arena } from '@sluis/kernels';
import { pairOfLinks } from '@sluis/model/fixtures';
import { checkPoint, showChoices } from './choice-check.ts';
import { connectReceiver, makeColumns, sendRows } from './correlated-rows.ts';
import { bothSides, broken, seededRandom } from './fixtures/both-sides.ts';
import { LEVEL_BYTES } from './tree-keys.ts';
import { NOISE_WEIGHT, voleShape } from './vole-shape.ts';

const COUNT = 1000;
const DEPTH = voleShape(COUNT).depth;
/** Where the blocks that close the trees begin. */
const CLOSING = NOISE_WEIGHT * DEPTH * LEVEL_BYTES;

/** Flips the lowest bit of bytes of one message. */
const flip =
  (step: string, ...places: readonly number[]) =>
  (_from: 0 | 1, found: string, body: Uint8Array): Uint8Array => {
    if (found === step) for (const at of places) body[at] = (body[at] as number) ^ 1;
    return body;
  };

for (const [name, step, at, code] of [
  ['the block that closes a tree', 'ot/trees', CLOSING, 'ot/inconsistent-noise'],
  ['the block that closes the last tree', 'ot/trees', CLOSING + 16 * NOISE_WEIGHT - 1, 'ot/inconsistent-noise'],
  ['the point of the noise check', 'ot/noise-challenge', 0, 'ot/inconsistent-noise'],
  ['what hides the noise', 'ot/noise-challenge', 31, 'ot/inconsistent-noise'],
  ['the proof of the trees', 'ot/noise-proof', 5, 'ot/inconsistent-noise'],
  ['a correction', 'ot/choices', 1000, 'ot/inconsistent-choices'],
] as const) {
  test(`a wrong bit in ${name} is found`, async () => {
    await assert.rejects(bothSides(COUNT, { threat: 'malicious', tamper: flip(step, at) }), { code });
  });
}

test('other elements in the base transfers are found, and malformed ones refused', async () => {
  const replace = (step: string, by: Uint8Array) => (_from: 0 | 1, found: string, body: Uint8Array) => {
    if (found === step) body.set(by);
    return body;
  };
  const someElement = (await loadRistretto()).fromUniform(systemRandom.bytes(64));
  for (const step of ['ot/base-greeting', 'ot/base-answer']) {
    const other = { tamper: replace(step, someElement), threat: 'malicious' } as const;
    await assert.rejects(bothSides(COUNT, other), { code: 'ot/inconsistent-choices' });
    for (const bytes of [new Uint8Array(32), new Uint8Array(32).fill(255)]) {
      await assert.rejects(bothSides(COUNT, { ...other, tamper: replace(step, bytes) }), { code: 'crypto/not-an-element' });
    }
  }
});

test('sides of different sessions notice it', async () => {
  await assert.rejects(bothSides(COUNT, { threat: 'malicious', senderContext: 'another' }), { code: 'ot/inconsistent-choices' });
});

/**
 * A sender that spoils the sums for one value of the second digit's high bit in the first tree bets on where the receiver's
 * noise is not: it is found out in exactly one of the two cases, so with probability 1/2, and learns that one bit otherwise.
 */
test('a bet on one bit of a place is found out if it is wrong, and changes nothing if it is right', async () => {
  const outcomes: string[] = [];
  for (const high of [0, 1]) {
    const places = [0, 16].map((block) => LEVEL_BYTES + 32 * high + block);
    const options = { threat: 'malicious', receiverRandom: seededRandom(77), tamper: flip('ot/trees', ...places) } as const;
    outcomes.push(
      await bothSides(COUNT, options).then(
        (shares) => `broken: ${broken(shares)}`,
        (error) => error.code,
      ),
    );
  }
  assert.deepEqual(outcomes.sort(), ['broken: 0', 'ot/inconsistent-noise']);
});

test('spoilt sums in all trees are found: nobody guesses 768 places', async () => {
  for (const block of [0, 1, 4]) {
    const places = Array.from({ length: NOISE_WEIGHT }, (_, tree) => (tree * DEPTH + 1) * LEVEL_BYTES + 16 * block);
    await assert.rejects(bothSides(COUNT, { threat: 'malicious', tamper: flip('ot/trees', ...places) }), { code: 'ot/inconsistent-noise' });
  }
});

test('without the checks the same lies make wrong results: they are what finds them', async () => {
  const shares = await bothSides(COUNT, { threat: 'semi-honest', tamper: flip('ot/trees', CLOSING) });
  assert.ok(broken(shares) > 0);
});

/** A receiver that lies in some columns and shows hashes that fit what it did as well as can be. */
async function lyingReceiver(columnsWithLies: readonly number[], deltaBit: 0 | 1): Promise<string> {
  const [left, right] = pairOfLinks();
  const options = { context: utf8('a session'), threat: 'malicious', random: systemRandom } as const;
  const delta = systemRandom.bytes(16);
  for (const j of columnsWithLies) {
    delta[j >> 3] = ((delta[j >> 3] as number) & ~(1 << (j & 7))) | (deltaBit << (j & 7));
  }
  let first = true;
  const fixed: Random = {
    bytes: (count) => {
      const out = first ? delta : systemRandom.bytes(count);
      first = false;
      return out;
    },
  };
  const cheat = async () => {
    const { keys, session } = await connectReceiver(right, options);
    const arena = new Arena();
    const choices = systemRandom.bytes(16 * 9);
    const { columns, corrections } = makeColumns(arena, keys, choices);
    for (const j of columnsWithLies) corrections[j * choices.length + 3] = (corrections[j * choices.length + 3] as number) ^ 4;
    await right.send('ot/choices', concatBytes(corrections, showChoices(arena, columns, choices, checkPoint(session, corrections))));
  };
  const sender = sendRows(left, new Arena(), 128 * 8, { ...options, random: fixed });
  const [outcome] = await Promise.allSettled([sender, cheat()]);
  return outcome.status === 'fulfilled' ? 'accepted' : outcome.reason.code;
}

/** Each lie stays unnoticed only where Δ's bit is 0, so k lies with probability 2^-k over a random Δ. */
test('other choices in some columns are found unless Δ is 0 in all of them', async () => {
  assert.equal(await lyingReceiver([], 1), 'accepted');
  for (const j of [0, 127]) {
    assert.equal(await lyingReceiver([j], 1), 'ot/inconsistent-choices');
    assert.equal(await lyingReceiver([j], 0), 'accepted');
  }
  const many = Array.from({ length: 128 }, (_, j) => j).filter((j) => j % 3 === 0);
  assert.equal(await lyingReceiver(many, 1), 'ot/inconsistent-choices');
});
