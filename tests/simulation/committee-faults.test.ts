/** A compute party dies or freezes in the middle of a long computation: three processes, real wire, both threat models. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { test, type TestContext } from 'node:test';
import { type FromParty, MEMORY_PROBE_BYTES, type Order } from '../../bench/mpc/protocol.ts';
import { Trio } from '../../bench/mpc/trio.ts';

/** What takes several times as long as it is let run, on any machine. */
const LONG = [
  { threat: 'semi-honest', workload: 'sort', rows: 1_000_000 },
  { threat: 'malicious', workload: 'group-10000', rows: 60_000 },
] as const;
type Long = (typeof LONG)[number];
const SILENT_MS = 10_000;
/** Silence, last words, and a machine that is busy with other tests. */
const BOUND_MS = 300_000;
const MiB = 1024 * 1024;
/** A party that holds no vectors. */
const PROCESS_BYTES = 256 * MiB;

const order = ({ threat, workload, rows }: Long): Order => ({
  workload,
  size: rows,
  threat,
  run: randomBytes(16).toString('hex'),
  profile: null,
});

/** Starts a computation at all three and returns when it is well under way. */
async function inTheMiddle(t: TestContext, long: Long): Promise<Trio> {
  const trio = await Trio.start(SILENT_MS);
  t.after(() => {
    for (const child of trio.children) child.kill('SIGKILL');
  });
  await trio.measure(long.workload, 2000, long.threat);
  await Promise.all(tellAll(trio, { kind: 'prepare', order: order(long) }, [0, 1, 2]));
  for (const child of trio.children) child.send({ kind: 'go' });
  await new Promise((resolve) => setTimeout(resolve, 1500));
  return trio;
}

function tellAll(trio: Trio, message: object, seats: readonly number[]): Promise<FromParty>[] {
  return seats.map((seat) => {
    const answer = trio.next(seat, 600_000);
    trio.children[seat]?.send(message);
    return answer;
  });
}

const FAULTS = [
  ['is killed', 'SIGKILL'],
  ['freezes', 'SIGSTOP'],
] as const;
for (const { long, what, signal } of LONG.flatMap((long) => FAULTS.map(([what, signal]) => ({ long, what, signal })))) {
  test(`a compute party ${what} in a long ${long.workload}, ${long.threat}: the others end in time, say who and where, and give their memory back`, async (t) => {
    const trio = await inTheMiddle(t, long);
    const ends = [0, 2].map((seat) => trio.next(seat, BOUND_MS));
    trio.children[1]?.kill(signal);
    const began = performance.now();
    const said = await Promise.all(ends);
    for (const end of said) {
      assert.equal(end.kind, 'failed', 'it must still be under way when the fault comes');
      if (end.kind !== 'failed') return;
      assert.match(end.code, /^wire\/(disconnected|timeout|ended|unreachable)$/);
      assert.match(end.message, /party-[012].*"(check\.)?\d[\d.]* [a-z]/s, 'names the peer and the step');
    }
    assert.ok(said.some((end) => end.kind === 'failed' && end.message.includes('party-1')));
    t.diagnostic(
      `ended after ${Math.round(performance.now() - began)} ms: ${said.map((e) => (e.kind === 'failed' ? e.message : '')).join(' | ')}`,
    );
    for (const memory of await Promise.all(tellAll(trio, { kind: 'memory' }, [0, 2]))) {
      assert.equal(memory.kind, 'memory');
      if (memory.kind !== 'memory') return;
      const [vectors, resident, again] = [memory.vectors, memory.resident, memory.again].map((bytes) => Math.round(bytes / MiB));
      t.diagnostic(`vectors ${vectors} MiB, resident ${resident} MiB, ${again} MiB once as much was taken again`);
      assert.ok(memory.vectors < 16 * MiB, `${memory.vectors} bytes of vectors are still held`);
      // The C library may keep what was freed for what comes next (apps/cli/bin/runtime.js): then that must serve.
      assert.ok(memory.again < PROCESS_BYTES + 256 * MiB + MEMORY_PROBE_BYTES, `${memory.again} bytes are resident: some are lost`);
    }
  });
}
