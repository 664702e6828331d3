import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom, utf8 } from '@sluis/base';
import type { Committee, ComputationTechnique } from '@sluis/technique';
import { ReplicatedCommittee } from '../committee.ts';
import { Session } from '../session.ts';
import { deal, Network } from '../simulation/index.ts';
import { BatchVerifier } from './batch-verifier.ts';
import { runWithLiar } from './fixtures/liar.ts';
import type { Opened } from './fixtures/programs.ts';
import { generator } from './fixtures/trials.ts';
import { maliciousComputation } from './technique.ts';

/** Stripes of 32 elements, several at a time, and checks in the middle of primitives, several batches at a time. */
const technique: ComputationTechnique = {
  ...maliciousComputation,
  convene: async (links, context, random) => {
    const verifierOn = (checks: Session) => new BatchVerifier(checks, { waiting: 40, atOnce: 2 });
    return new ReplicatedCommittee(await Session.open(links, context, random, verifierOn, { elements: 32, atOnce: 3 }));
  },
};

const n = 150;
const x = Array.from({ length: n }, (_, i) => BigInt((i * 7919) % 1000) - 500n);
const y = Array.from({ length: n }, (_, i) => BigInt((i * 104_729) % 1000) - 500n);
const [a, b] = [deal(x, 1), deal(y, 1)];

async function program(c: Committee): Promise<Opened> {
  const [p, q] = [c.addConstant(a[c.me], 0n), c.addConstant(b[c.me], 0n)];
  const smaller = await c.less(p, q, 12);
  const product = await c.multiply(p, q);
  const chosen = await c.select(smaller, product, p);
  return [[...(await c.openBits(smaller))], [...(await c.openColumn(chosen))]];
}

const expected: Opened = [
  x.map((v, i) => Number(v < (y[i] as bigint))),
  x.map((v, i) => BigInt.asUintN(64, v < (y[i] as bigint) ? v * (y[i] as bigint) : v)),
];

test('checks in the middle of striped primitives let honest parties go on, however messages overtake each other', async () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = generator(seed);
    const network = new Network();
    const results = await Promise.all(
      ([0, 1, 2] as const).map(async (me) => {
        const links = network.links(me);
        const send: typeof links.send = async (to, step, payload) => {
          const kept = payload.slice();
          for (let turns = random(20); turns > 0; turns--) await new Promise(setImmediate);
          return links.send(to, step, kept);
        };
        return program(await technique.convene({ ...links, send }, utf8('batches'), systemRandom));
      }),
    );
    for (const opened of results) assert.deepEqual(opened, expected);
  }
});

test('a lie in any stripe is caught before anything is opened', async () => {
  const random = generator(Date.now() % 1_000_000_007);
  const honest = await runWithLiar(technique, program, 0, null);
  for (let i = 0; i < 60; i++) {
    const lie = { kind: 'add', message: 1 + random(honest.told.sent - 1), own: random(2) === 1, random } as const;
    const { told, opened, errors, stepsAfter } = await runWithLiar(technique, program, random(3) as 0 | 1 | 2, lie);
    if (!told.changed) continue;
    assert.ok(errors.length > 0, `nobody noticed a lie in "${told.step}"`);
    for (const values of opened) if (values !== null) assert.deepEqual(values, expected);
    if (/ (and|product|triples)/.test(told.step ?? ''))
      assert.ok(!stepsAfter.some((step) => / open/.test(step)), `opened after "${told.step}"`);
  }
});
