/**
 * The corpus: 200 questions that analysts would really ask, written without looking at the planner. Some cannot be answered
 * (window functions, aggregates of aggregates); they stay, so that the share answered is honest.
 */
import { cissmQuestions } from './cissm-questions.ts';
import { heartQuestions } from './heart-questions.ts';
import type { CorpusQuestion } from './question.ts';
import { salaryQuestions } from './salary-questions.ts';
import { verisQuestions } from './veris-questions.ts';

export const corpus: readonly CorpusQuestion[] = [...verisQuestions, ...cissmQuestions, ...heartQuestions, ...salaryQuestions];

/** Where each data set's files lie under $SLUIS_FIXTURES/data, and the name its shared table gets. */
export const corpusTables = {
  veris: { folder: 'incidents_veris', table: 'incidents' },
  cissm: { folder: 'incidents_cissm', table: 'incidents' },
  heart: { folder: 'heart_disease', table: 'patients' },
  salaries: { folder: 'salaries_cps1988', table: 'salaries' },
} as const;
