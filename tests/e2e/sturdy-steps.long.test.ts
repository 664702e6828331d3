/** kill -9 and freezes of every station at every entry of its log, network faults at every step, and kills at random. */
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { SluisError } from '@sluis/base';
import { mulberry32 } from '../harness/seeded.ts';
import type { Fault } from '../simulation/fault-proxy.ts';
import { assertRight, FragileCollaboration, NAMES, type Name } from '../simulation/fragile-collaboration.ts';
import { assertBlames, ENTRIES, strike } from '../simulation/strike.ts';

const KILLS = Number(process.env['SLUIS_KILLS'] ?? 1000);
const SEED = Number(process.env['SLUIS_SEED'] ?? Date.now() % 1_000_000);

let together: FragileCollaboration;

before(async () => {
  together = await FragileCollaboration.open({ proxied: 'beta' });
});
afterEach(() => together.heal());
after(() => together?.close());

for (const victim of NAMES) {
  for (const entry of ENTRIES[victim]) {
    for (const moment of ['before', 'after'] as const) {
      for (const act of victim === 'centre' ? (['die'] as const) : (['die', 'freeze'] as const)) {
        test(`${act} ${victim} ${moment} ${entry}`, () => strike(together, victim, { entry, moment, act }));
      }
    }
  }
}

const FAULTS: readonly Fault[] = [
  { kind: 'stall' },
  { kind: 'drop' },
  { kind: 'truncate' },
  { kind: 'garbage', count: 3 },
  { kind: 'repeat', count: 60 },
  { kind: 'half-open' },
  { kind: 'reset' },
];
for (const fault of FAULTS) {
  for (const direction of ['to-station', 'from-station'] as const) {
    for (const step of ['propose', 'start', 'contribution', 'share', 'aggregate', 'release', 'receipt']) {
      test(`network before beta: ${fault.kind} ${direction} from step ${step}`, async (t) => {
        let struck = false;
        const onEvent = (event: { readonly step: string }) => {
          if (struck || event.step !== step) return;
          struck = true;
          together.proxy?.disturb(direction, fault);
        };
        const error = await together.ask({ onEvent }).then(assertRight, (thrown: unknown) => thrown);
        if (error !== undefined) assertMentions(error, 'beta');
        t.diagnostic(error instanceof SluisError ? `${error.code}: ${error.message}` : 'the right answer');
        await together.heal();
        await together.assertSettled();
        await together.assertWorksSoon('beta');
      });
    }
  }
}

test(`${KILLS} kills at random moments (seed ${SEED})`, { timeout: 7_000_000 }, async (t) => {
  const random = mulberry32(SEED);
  const ends = new Map<string, number>();
  for (let i = 0; i < KILLS; i++) {
    const victim = NAMES[Math.floor(random() * NAMES.length)] as Name;
    const afterMs = Math.floor(random() * 600);
    const what = `kill ${i} (seed ${SEED}): ${victim} after ${afterMs} ms`;
    const station = together.station(victim);
    const asked = together.askUnderFault();
    await new Promise((resolve) => setTimeout(resolve, afterMs));
    await station.kill();
    if (victim === 'centre') await station.start();
    const { error } = await asked;
    if (error !== null) assertBlames(error, victim, what);
    ends.set(error?.code ?? 'right', (ends.get(error?.code ?? 'right') ?? 0) + 1);
    await together.assertSettled();
    await together.heal();
    await together.assertSettled();
    if (i % 10 === 9) await together.assertWorks();
  }
  await together.assertWorks();
  await together.assertReleasesUnchanged();
  t.diagnostic(JSON.stringify(Object.fromEntries(ends)));
});

function assertMentions(thrown: unknown, name: string): void {
  assert.ok(thrown instanceof SluisError, String(thrown));
  assert.equal(thrown.exitCode, 5, `${thrown.code}: ${thrown.message}`);
  assert.match(thrown.message, new RegExp(name), `${thrown.code}: ${thrown.message}`);
}
