/** The guard on footprints small enough to check by hand: measures, dominance, data, columns, bounds. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Footprint, FootprintColumn, GuardedRelease } from '@sluis/model';
import { findDifference } from './differencing.ts';

const values = (name: string, list: readonly string[]): FootprintColumn => ({
  kind: 'values',
  name,
  values: list,
  classOf: list.map((_, i) => i),
  classes: list.length,
});
const cuts = (name: string, at: readonly number[]): FootprintColumn => ({
  kind: 'cuts',
  name,
  cuts: at.map((n) => `${n}${'0'.repeat(18)}`),
  nullable: false,
  classes: 2 * at.length + 1,
});

let runs = 0;
function release(
  columns: readonly FootprintColumn[],
  atoms: readonly number[] | 'grouped',
  change: Partial<GuardedRelease> & { measure?: string } = {},
): GuardedRelease {
  const size = columns.reduce((n, c) => n * c.classes, 1);
  const all = Array.from({ length: size }, (_, i) => i);
  const footprint: Footprint = {
    columns,
    keys: atoms === 'grouped' ? [{ size, positions: all }] : [],
    groupingSets: [atoms === 'grouped' ? [0] : []],
    values: [
      {
        measure: change.measure ?? 'count',
        of: { kind: 'count', index: 0 },
        contribution: 0,
        atoms: all.map((a) => (atoms === 'grouped' || atoms.includes(a) ? 1 : 0)),
      },
    ],
  };
  const { measure: _, ...rest } = change;
  runs++;
  return { run: `run ${runs}`, at: runs, data: ['d'], footprint, shown: null, ...rest };
}

const job = values('job', ['clerk', 'driver', 'rare']);
const total = () => release([], [0]);
const kinds = (...all: readonly GuardedRelease[]) => findDifference(all.slice(0, -1), all.at(-1) ?? assert.fail(), false).kind;

test('a rest that was never tested follows from a total and a part; in either order', () => {
  const [whole, part] = [total(), release([job], [0, 1])];
  assert.deepEqual(findDifference([whole], part, false), { kind: 'follows', group: 'job = rare', measure: 'count', runs: [whole.run] });
  assert.equal(kinds(part, whole), 'follows');
  assert.equal(kinds(part), 'clear');
  assert.equal(kinds(whole, release([job], 'grouped')), 'clear');
});

test('only values of one measure and releases on shared data are compared', () => {
  assert.equal(kinds(total(), release([job], [0, 1], { measure: 'sum of x' })), 'clear');
  assert.equal(kinds({ ...total(), data: ['e'] }, release([job], [0, 1])), 'clear');
  assert.equal(kinds({ ...total(), data: ['e', 'd'] }, release([job], [0, 1])), 'follows');
});

test('what is known to be suppressed must not follow; what is empty may', () => {
  const shown = (...bytes: number[]) => ({ shown: [Uint8Array.from(bytes)] });
  assert.equal(kinds(release([], [0], shown(1)), release([job], 'grouped', shown(1, 1, 0))), 'follows');
  assert.equal(kinds(release([], [0], shown(1)), release([job], 'grouped', shown(1, 1, 2))), 'clear');
  assert.equal(kinds(release([], [0], shown(0)), release([job], 'grouped', shown(1, 1, 0))), 'clear');
  // Two suppressed groups: each alone does not follow, but their sum does, which may be as small as one.
  assert.deepEqual(findDifference([release([], [0], shown(1))], release([job], 'grouped', shown(1, 0, 0)), false), {
    kind: 'follows',
    group: 'groups that are not shown, together',
    measure: 'count',
    runs: [`run ${runs - 1}`],
  });
});

test('the earlier releases that matter are named, and no others', () => {
  const whole = total();
  const others = [release([values('town', ['a', 'b'])], 'grouped'), release([values('year', ['1', '2'])], 'grouped')];
  const clerks = release([job], [0]);
  const verdict = findDifference([...others, whole, release([job, values('town', ['a', 'b'])], [0, 1, 4, 5])], clerks, false);
  assert.ok(verdict.kind === 'follows');
  assert.deepEqual(verdict.runs.includes(whole.run) || verdict.runs.length === 1, true);
  assert.ok(!verdict.runs.some((r) => others.some((o) => o.run === r)));
});

test('under a dominance rule a sum must have passed itself, or be made of groups that did', () => {
  const measure = 'sum of x';
  const shown = (...bytes: number[]) => ({ measure, shown: [Uint8Array.from(bytes)] });
  const town = values('town', ['a', 'b']);
  // Both towns of clerks are shown; of drivers one is not: drivers' total follows from all, and holds a shown group.
  const fine = release([job, town], 'grouped', shown(1, 1, 1, 1, 1, 1));
  const clerksAndRare = release([job], [0, 2], { measure, shown: [Uint8Array.of(1)] });
  assert.equal(findDifference([fine], clerksAndRare, true).kind, 'clear');
  const some = release([job, town], 'grouped', shown(1, 1, 1, 0, 1, 1));
  const all = release([], [0], { measure, shown: [Uint8Array.of(1)] });
  assert.equal(findDifference([some], all, true).kind, 'follows');
});

test('numbers that are compared with literals: an interval follows wherever it was not tested', () => {
  const above = (n: number) => release([cuts('income', [n])], [2]);
  assert.deepEqual(
    { ...findDifference([above(10)], above(20), false), runs: [] },
    { kind: 'follows', group: 'income between 10 and 20 to = 20', measure: 'count', runs: [] },
  );
  // A cut in between does not hide it.
  assert.equal(kinds(above(15), above(10)), 'follows');
  assert.equal(kinds(above(10), above(10)), 'clear');
});

test('what can’t be compared or is too much is said, not passed', () => {
  assert.equal(kinds(release([cuts('job', [1])], [2]), release([job], [0])), 'too-large');
  const wide = values(
    'n',
    Array.from({ length: 400 }, (_, i) => String(i)),
  );
  assert.equal(
    kinds(
      release(
        [
          wide,
          values(
            'm',
            Array.from({ length: 400 }, (_, i) => String(i)),
          ),
        ],
        'grouped',
      ),
      total(),
    ),
    'too-large',
  );
});
