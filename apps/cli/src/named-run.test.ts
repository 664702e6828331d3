import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError, RefusedError } from '@sluis/base';
import type { IntersectionList, IntersectionView, RunList } from '@sluis/model';
import { namedRun, questionRun } from './named-run.ts';

const id = (beginning: string) => beginning.padEnd(32, '0');
const QUESTIONS = [id('aaaa1'), id('bbbb1'), id('cccc1')];
const INTERSECTIONS = [id('bbbb2'), id('dddd1')];

const client = (unknown = 'run/unknown') => ({
  runs: async () => ({ runs: QUESTIONS.map((run) => ({ id: run })) }) as unknown as RunList,
  intersections: async () => ({ terms: [], runs: INTERSECTIONS.map((run) => ({ run })) }) as unknown as IntersectionList,
  intersection: async (run: string) => {
    if (INTERSECTIONS.includes(run)) return { run } as IntersectionView;
    throw new RefusedError(unknown, { stage: 'run', message: 'No.' });
  },
});
const code = (expected: string) => (thrown: unknown) => thrown instanceof InvalidError && thrown.code === expected;

test('runs of questions and of intersections are told apart, by id or its beginning', async () => {
  for (const given of [id('aaaa1'), 'aaaa', 'bbbb1']) assert.equal((await namedRun(client(), given)).kind, 'question');
  for (const given of [id('dddd1'), 'dddd', 'bbbb2']) assert.equal((await namedRun(client(), given)).kind, 'intersection');
  assert.equal((await namedRun(client(), 'dddd')).id, id('dddd1'));
  await assert.rejects(namedRun(client(), 'bbbb'), code('run/ambiguous'), 'one of each is not chosen from');
  for (const given of ['eeee', 'aaa', 'list', 'AAAA1']) await assert.rejects(namedRun(client(), given), code('run/unknown'));
});

test('whole ids that cannot be looked at are left to the station; other failures are not', async () => {
  assert.deepEqual(await namedRun(client('access/denied'), id('aaaa1')), { kind: 'question', id: id('aaaa1') });
  await assert.rejects(namedRun(client('station/timeout'), id('aaaa1')), RefusedError);
});

test('a command for questions alone names the one for intersections', async () => {
  assert.equal(await questionRun(client(), 'cccc', 'result'), id('cccc1'));
  await assert.rejects(questionRun(client(), 'dddd', 'result'), (thrown) => {
    assert.ok(code('run/intersection')(thrown));
    assert.match((thrown as InvalidError).remedy ?? '', /sluis intersect result dddd1/);
    return true;
  });
});
