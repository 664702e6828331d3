/** What every implementation of the intersections' storage port must do. */
import assert from 'node:assert/strict';
import { RefusedError } from '@sluis/base';
import type { BegunAttempt, IntersectionRecord, NewAttempt } from '@sluis/flow';
import type { StorePlaceUnderTest } from './store.contract.ts';

const replayed = (e: unknown) => e instanceof RefusedError && e.code === 'run/replayed';
const AT = 1_790_000_000_000;

const record = (run: string, change: Partial<IntersectionRecord> = {}): IntersectionRecord => ({
  run,
  collaboration: 'test',
  agreement: 'a'.repeat(64),
  intersection: 'clients',
  coordinator: 'bank',
  analyst: 'ana',
  state: 'proposed',
  attempt: 0,
  proposal: '{}',
  approvals: '{}',
  lots: '{}',
  inputs: null,
  error: null,
  createdAt: AT,
  updatedAt: AT,
  ...change,
});
const attempt = (run: string, change: Partial<NewAttempt> = {}): NewAttempt => ({
  run,
  attempt: 1,
  collaboration: 'test',
  intersection: 'clients',
  ownSize: 1024,
  peerSize: 2048,
  fingerprints: 'AAECAwQFBgc=',
  at: AT,
  ...change,
});

type Contract = (title: string, body: (place: StorePlaceUnderTest) => Promise<void>) => void;

export function intersectionsContract(contract: Contract): void {
  contract('a run of an intersection is written once, changes only from the states named, and outlives a restart', async (place) => {
    const { intersections } = place.opened;
    await intersections.createIntersection(record('r1'));
    await assert.rejects(intersections.createIntersection(record('r1', { state: 'waiting' })), replayed);
    await intersections.createIntersection(record('r2', { createdAt: AT + 1 }));
    assert.equal(await intersections.intersection('r3'), null);
    assert.equal(await intersections.changeIntersection('r1', ['waiting', 'running'], { state: 'failed' }, AT + 5), false);
    assert.equal(
      await intersections.changeIntersection('r1', ['proposed'], { state: 'running', attempt: 1, inputs: '{"own":1}' }, AT + 5),
      true,
    );
    const again = await place.reopen();
    const expected = record('r1', { state: 'running', attempt: 1, inputs: '{"own":1}', updatedAt: AT + 5 });
    assert.deepEqual(await again.intersections.intersection('r1'), expected);
    assert.deepEqual(
      (await again.intersections.intersections(1)).map((r) => r.run),
      ['r2'],
      'newest first',
    );
    assert.equal(await again.intersections.countProposals('test', 'clients', 'bank', AT), 2);
    assert.equal(await again.intersections.countProposals('test', 'clients', 'bank', AT + 1), 1);
    assert.equal(await again.intersections.countProposals('test', 'clients', 'insurer', AT), 0);
    await again.close();
  });

  contract('a result is kept once, of a run that is running, and no list of runs carries it', async (place) => {
    const { intersections } = place.opened;
    await intersections.createIntersection(record('r1', { state: 'waiting' }));
    assert.equal(await intersections.releaseIntersection('r1', '{"items":[]}', AT + 1), false);
    assert.equal(await intersections.intersectionResult('r1'), null);
    await intersections.changeIntersection('r1', ['waiting'], { state: 'running', error: '{}' }, AT + 2);
    assert.equal(await intersections.releaseIntersection('r1', '{"items":[["a"]]}', AT + 3), true);
    assert.equal(await intersections.releaseIntersection('r1', '{"items":[["b"]]}', AT + 4), false);
    const again = await place.reopen();
    assert.equal(await again.intersections.intersectionResult('r1'), '{"items":[["a"]]}');
    assert.deepEqual(await again.intersections.intersections(9), [record('r1', { state: 'released', updatedAt: AT + 3 })]);
    await again.close();
  });

  contract('runs are found by their state, however many are newer', async ({ opened: { intersections } }) => {
    await intersections.createIntersection(record('old', { state: 'running', createdAt: AT - 9 }));
    await intersections.createIntersection(record('asked'));
    for (let i = 0; i < 20; i++) await intersections.createIntersection(record(`r${i}`, { state: 'refused', createdAt: AT + i }));
    assert.deepEqual(await intersections.intersectionsIn(['running', 'proposed']), ['asked', 'old']);
    assert.deepEqual(await intersections.intersectionsIn(['released']), []);
  });

  contract('an attempt is begun once, and found by name and time, oldest first', async ({ opened: { intersections } }) => {
    await intersections.beginAttempt(attempt('r1', { attempt: 2, at: AT + 2 }));
    await intersections.beginAttempt(attempt('r1'));
    await assert.rejects(intersections.beginAttempt(attempt('r1', { at: AT + 9 })), replayed);
    await intersections.beginAttempt(attempt('r2', { intersection: 'others' }));
    await intersections.beginAttempt(attempt('r3', { collaboration: 'elsewhere' }));
    const begun = (number: number): BegunAttempt => ({ run: 'r1', attempt: number, ownSize: 1024, peerSize: 2048 });
    assert.deepEqual(await intersections.begunAttempts('test', 'clients', AT), [begun(1), begun(2)]);
    assert.deepEqual(await intersections.begunAttempts('test', 'clients', AT + 1), [begun(2)]);
    assert.equal(await intersections.attemptFingerprints('r1', 2), 'AAECAwQFBgc=');
    assert.equal(await intersections.attemptFingerprints('r1', 3), null);
    assert.equal(await intersections.countAttempts('test', 'clients', AT), 2);
    assert.equal(await intersections.countAttempts('test', 'clients', AT + 1), 1);
  });
}
