/** As many as cover every name of the allow-list, and some more; thousands in the long form. */
import { test } from 'node:test';
import { askStandingStations } from './standing-questions.ts';

const QUESTIONS = Number(process.env['SLUIS_STANDING_QUESTIONS'] ?? 120);
const CANDIDATES = Math.max(500, QUESTIONS);
const SEED = Number(process.env['SLUIS_SEED'] ?? 30_001);

test(`${QUESTIONS} generated questions through standing stations are answered as the reference does (seed ${SEED})`, (t) =>
  askStandingStations(t, QUESTIONS, SEED, CANDIDATES));
