/** What compute parties make of deposits that not all of them hold, or hold differently. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@sluis/base';
import type { CommitteeLinks } from '@sluis/model';
import { Network, PARTIES } from '@sluis/mpc/simulation';
import type { Attempt } from './context.ts';
import { type AgreedDeposits, agreeOnDeposits } from './deposit-lists.ts';
import type { DepositedBatch } from './ports.ts';

type Party = 0 | 1 | 2;
const run = { prepared: { plan: { committee: ['anna', 'bram', 'carla'] } } } as unknown as Attempt;
const id = (n: number) => n.toString(16).padStart(32, '0');

/** A batch whose component digests are those of an honest contributor, or differ where `wrong` says. */
function batch(
  n: number,
  me: Party,
  change: { checked?: boolean; rows?: number; wrong?: 0 | 1 | 2; successor?: number } = {},
): DepositedBatch {
  return {
    batch: id(n),
    contributor: 'dora',
    rows: change.rows ?? 10,
    checked: change.checked ?? true,
    successor: change.successor === undefined ? null : id(change.successor),
    digest: (which) => {
      if (which !== me && which !== (me + 1) % 3) throw new RangeError('not held');
      return `${which === change.wrong ? 'f' : 'e'}${n}${which}`.padEnd(64, '0');
    },
    pieces: [],
  };
}

async function agree(
  held: (me: Party) => DepositedBatch[],
  lie: (links: CommitteeLinks) => CommitteeLinks = (l) => l,
): Promise<AgreedDeposits[]> {
  const network = new Network();
  const ended = await Promise.allSettled(
    PARTIES.map(async (me) => {
      try {
        const links = network.links(me);
        return await agreeOnDeposits(run, me === 2 ? lie(links) : links, '0 visits', held(me));
      } catch (error) {
        network.leave(me);
        throw error;
      }
    }),
  );
  return ended.map((e) => {
    if (e.status === 'rejected') throw e.reason;
    return e.value;
  });
}

const seen = (agreed: readonly AgreedDeposits[]) =>
  agreed.map((a) => [a.batches.map((b) => b.batch), [...a.incomplete], [...a.inconsistent]]);

test('what all three hold alike counts, in one order; checked is what all three have checked', async () => {
  const agreed = await agree((me) => [batch(me === 0 ? 2 : 1, me), batch(me === 0 ? 1 : 2, me, { checked: me !== 1 })]);
  assert.deepEqual(seen(agreed), Array(3).fill([[id(1), id(2)], [], []]));
  const mixed = await agree((me) => [batch(1, me, { checked: me !== 1 }), batch(2, me)]);
  for (const a of mixed)
    assert.deepEqual(
      a.batches.map((b) => b.checkedByAll),
      [false, true],
    );
});

test('what one of them lacks is left out by all', async () => {
  for (const missing of PARTIES) {
    const agreed = await agree((me) => (me === missing ? [batch(1, me)] : [batch(1, me), batch(2, me)]));
    assert.deepEqual(seen(agreed), Array(3).fill([[id(1)], [id(2)], []]), `missing at ${missing}`);
  }
});

test('what replaces another counts instead of it as soon as all three have it, and never beside it or partly', async () => {
  const old = (me: Party) => batch(1, me, { successor: 2 });
  const partly: [(me: Party) => DepositedBatch[], number[]][] = [
    [(me) => (me === 0 ? [old(me), batch(2, me)] : [batch(1, me)]), [1]],
    [(me) => (me === 2 ? [batch(1, me)] : [old(me), batch(2, me)]), [1]],
    [(me) => [old(me), batch(2, me)], [2]],
    // One of them has deleted the earlier one already, being shown that all have the later one.
    [(me) => (me === 1 ? [batch(2, me)] : [old(me), batch(2, me)]), [2]],
    [(me) => (me === 1 ? [old(me), batch(2, me)] : [batch(2, me)]), [2]],
    // A chain: they got the three deposits in part.
    [(me) => [batch(1, me, { successor: me === 0 ? 2 : 3 }), ...(me === 0 ? [batch(2, me, { successor: 3 })] : []), batch(3, me)], [3]],
    [(me) => [batch(1, me, { successor: 2 }), batch(2, me, { successor: 3 }), ...(me === 0 ? [batch(3, me)] : [])], [2]],
  ];
  for (const [held, counts] of partly)
    for (const a of await agree(held))
      assert.deepEqual(
        a.batches.map((b) => b.batch),
        counts.map(id),
      );
  const cheated = await agree((me) => [old(me), batch(2, me, me === 1 ? { wrong: 1 } : {})]);
  assert.deepEqual(seen(cheated), Array(3).fill([[id(1)], [], [id(2)]]), 'what is held differently takes nothing’s place');
});

test('a component that its two holders hold differently is found by all three, whichever it is', async () => {
  for (const wrong of PARTIES) {
    for (const liar of [wrong, ((wrong + 2) % 3) as Party]) {
      const agreed = await agree((me) => [batch(1, me), batch(2, me, me === liar ? { wrong } : {})]);
      assert.deepEqual(seen(agreed), Array(3).fill([[id(1)], [], [id(2)]]), `component ${wrong} at ${liar}`);
    }
  }
  const rows = await agree((me) => [batch(1, me, me === 1 ? { rows: 11 } : {})]);
  assert.deepEqual(seen(rows), Array(3).fill([[], [], [id(1)]]));
});

test('a list that is none ends the run, naming who sent it', async () => {
  const garbage = (links: CommitteeLinks): CommitteeLinks => ({
    ...links,
    send: (to, step) => links.send(to, step, utf8('[{"batch":1}]')),
  });
  await assert.rejects(
    agree((me) => [batch(1, me)], garbage),
    (error: { code?: string; party?: string }) => error.code === 'run/malformed-message' && error.party === 'carla',
  );
});
