/** What one compute party can find out about a deposit's rows from all that it is sent: nothing, however few rows there are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Random, toHex } from '@sluis/base';
import { sha256 } from '@sluis/crypto';
import { encodingsOf, messageHash, rowVectors, saltedMessage, type SignedManifest, unsaltedMessage, type Vectors } from '@sluis/model';
import { replicatedSharing } from '@sluis/mpc';
import { encodedPieces } from '@sluis/sdk/contribute';
import { agreementWith, ThreeDesks } from './three-desks.ts';

const CSV = 'kind,amount\nb,7\n';
const SEED_BYTES = 32;

/** The rows that a curious compute party guesses, as a contributor would encode them. */
async function guessed(all: ThreeDesks): Promise<Vectors> {
  const source = (async function* () {
    yield Buffer.from(CSV);
  })();
  const table = all.agreement.tables['t'] ?? assert.fail();
  for await (const vectors of encodedPieces({ collaboration: 'ned', table, source, onProblem: () => assert.fail() })) return vectors;
  return assert.fail();
}

/** Gives the seeds that the compute party was sent. */
function replayed(seeds: Uint8Array): Random {
  let at = 0;
  return {
    bytes(count) {
      at += count;
      return seeds.slice(at - count, at);
    },
  };
}

test('who knows the seeds of a piece cannot try rows against the hash of another party’s message', async (t) => {
  const all = await ThreeDesks.open(agreementWith());
  t.after(() => all.close());
  let signed: SignedManifest | null = null;
  await all.deposit('alice', CSV, 'append', (s) => {
    signed = s;
  });
  const { statement } = (signed as SignedManifest | null) ?? assert.fail();
  const sent = await Promise.all(([0, 1, 2] as const).map((seat) => all.sent(statement, 0, seat)));
  const [first, second] = sent as [Uint8Array, Uint8Array];
  const seeds = unsaltedMessage(first).slice(-2 * SEED_BYTES);
  const words = rowVectors(encodingsOf(all.agreement.tables['t'] ?? assert.fail())).map(() => 1);
  const guess = replicatedSharing.split(await guessed(all), words, replayed(seeds))[1];
  assert.deepEqual(guess, unsaltedMessage(second).slice(), 'control: the guess is right');
  const shown = statement.pieces[0]?.messages[1];
  const salts = sent.map((s) => s.slice(0, SEED_BYTES));
  assert.equal(messageHash(saltedMessage(salts[1] as Uint8Array, guess)), shown, 'control: with the salt it would show');
  const tried = [
    sha256(guess),
    messageHash(guess),
    ...[salts[0], salts[2], seeds.slice(0, 32), seeds.slice(32)].map((s) => hashed(s, guess)),
  ];
  for (const hash of tried) assert.notEqual(typeof hash === 'string' ? hash : toHex(hash), shown);
  assert.equal(new Set([...salts, seeds.slice(0, 32), seeds.slice(32)].map(toHex)).size, 5, 'all randomness is separate');
});

const hashed = (salt: Uint8Array | undefined, message: Uint8Array): string => messageHash(saltedMessage(salt ?? assert.fail(), message));
