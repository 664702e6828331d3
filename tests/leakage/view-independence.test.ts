/**
 * What a compute party receives is statistically independent of the data of another organisation: 24 runs over each of
 * two versions of that organisation's rows, compared as `two-samples.ts` says with α = 1e-7 a test. Complete dependence
 * of a single bit has a p-value of 2/C(48, 24) ≈ 6e-14 before Bonferroni: it is found among a million positions.
 * The long form has more runs.
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

const RUNS = 24;
let experiment: Experiment;
before(
  async () => {
    experiment = await observe(RUNS);
  },
  { timeout: 3_000_000 },
);

test('the two versions of the data differ', assertVersionsDiffer);

test("each compute party's view is independent of another organisation's data", (t) => {
  for (const line of assertIndependent(experiment)) t.diagnostic(line);
});

test('control: a plain partial in place of a component is caught', () => assertFindsPlain(experiment));

test('control: a sharing among two components of one holder is caught', () => assertFindsTooFewComponents(experiment));

test('control: a faint leak over many positions is caught', () => assertFindsFaint(experiment));

test('control: relabelled runs raise no more alarms than chance', () => assertKeepsSize(experiment));
