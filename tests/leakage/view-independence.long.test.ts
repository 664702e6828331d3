/**
 * The long form of view-independence.test.ts: 200 runs over each version. A bit whose probability differs by 0.4 is
 * found among a million others (power above 0.9), and so is a difference of 0.02 in every bit (drift).
 */
import { before, test } from 'node:test';
import { type Experiment, observe } from './observed-runs.ts';
import {
  assertFindsFaint,
  assertFindsPlain,
  assertFindsTooFewComponents,
  assertIndependent,
  assertKeepsSize,
  assertVersionsDiffer,
} from './view-independence.ts';

const RUNS = 200;
let experiment: Experiment;
before(
  async () => {
    experiment = await observe(RUNS);
  },
  { timeout: 3_600_000 },
);

test('the two versions of the data differ', assertVersionsDiffer);

test("each compute party's view is independent of another organisation's data", (t) => {
  for (const line of assertIndependent(experiment)) t.diagnostic(line);
});

test('control: a plain partial in place of a component is caught', () => assertFindsPlain(experiment));

test('control: a sharing among two components of one holder is caught', () => assertFindsTooFewComponents(experiment));

test('control: a faint leak over many positions is caught', () => assertFindsFaint(experiment));

test('control: relabelled runs raise no more alarms than chance', () => assertKeepsSize(experiment));
