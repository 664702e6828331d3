import { test } from 'node:test';
import { askStandingStations } from './standing-questions.ts';

const QUESTIONS = Number(process.env['SLUIS_STANDING_QUESTIONS'] ?? 3000);
const SEED = Number(process.env['SLUIS_SEED'] ?? 40_001);

test(`${QUESTIONS} generated questions through standing stations are answered as the reference does (seed ${SEED})`, (t) =>
  askStandingStations(t, QUESTIONS, SEED));
