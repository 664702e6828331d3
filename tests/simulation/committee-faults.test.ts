/** A compute party dies or freezes in the middle of a long sort: three processes, real wire. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import type { FromParty, Order } from '../../bench/mpc/protocol.ts';
import { Trio } from '../../bench/mpc/trio.ts';

const ROWS = 200_000;
const SILENT_MS = 3000;
/** Silence, last words, and a machine that is busy with other tests. */
const BOUND_MS = 60_000;
const MiB = 1024 * 1024;

const order = (size: number): Order => ({
  workload: 'sort',
  size,
  threat: 'semi-honest',
  run: randomBytes(16).toString('hex'),
  profile: null,
});

/** Starts a sort at all three and returns when it is well under way. */
async function inTheMiddle(t: TestContext): Promise<Trio> {
  const trio = await Trio.start(SILENT_MS);
  t.after(() => {
    for (const child of trio.children) child.kill('SIGKILL');
  });
  await trio.measure('sort', 2000, 'semi-honest');
  await Promise.all(tellAll(trio, { kind: 'prepare', order: order(ROWS) }, [0, 1, 2]));
  for (const child of trio.children) child.send({ kind: 'go' });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return trio;
}

function tellAll(trio: Trio, message: object, seats: readonly number[]): Promise<FromParty>[] {
  return seats.map((seat) => {
    const answer = trio.next(seat, 120_000);
    trio.children[seat]?.send(message);
    return answer;
  });
}

for (const [what, signal] of [
  ['is killed', 'SIGKILL'],
  ['freezes', 'SIGSTOP'],
] as const) {
  test(`a compute party ${what} in a long sort: the others end in time, say who and where, and give their memory back`, async (t) => {
    const trio = await inTheMiddle(t);
    const ends = [0, 2].map((seat) => trio.next(seat, BOUND_MS));
    trio.children[1]?.kill(signal);
    const began = performance.now();
    const said = await Promise.all(ends);
    for (const end of said) {
      assert.equal(end.kind, 'failed', 'the sort must still be under way when the fault comes');
      if (end.kind !== 'failed') return;
      assert.match(end.code, /^wire\/(disconnected|timeout|ended|unreachable)$/);
      assert.match(end.message, /party-[012].*"\d[\d.]* [a-z]/s, 'names the peer and the step');
    }
    assert.ok(said.some((end) => end.kind === 'failed' && end.message.includes('party-1')));
    t.diagnostic(
      `ended after ${Math.round(performance.now() - began)} ms: ${said.map((e) => (e.kind === 'failed' ? e.message : '')).join(' | ')}`,
    );
    for (const memory of await Promise.all(tellAll(trio, { kind: 'memory' }, [0, 2]))) {
      assert.equal(memory.kind, 'memory');
      if (memory.kind !== 'memory') return;
      t.diagnostic(`vectors ${Math.round(memory.vectors / MiB)} MiB, resident ${Math.round(memory.resident / MiB)} MiB`);
      assert.ok(memory.vectors < 16 * MiB, `${memory.vectors} bytes of vectors are still held`);
      assert.ok(memory.resident < 320 * MiB, `${memory.resident} bytes are still resident`);
    }
  });
}
