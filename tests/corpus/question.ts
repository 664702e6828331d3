/** A question of the corpus: what somebody wants to know, and the SQL that a data analyst would write for it. */
export interface CorpusQuestion {
  readonly id: string;
  readonly dataset: CorpusDataset;
  readonly wanted: string;
  readonly sql: string;
}

export type CorpusDataset = 'veris' | 'cissm' | 'heart' | 'salaries';

/** Numbers a data set's questions in order: `veris-01`, `veris-02`, … */
export function numbered(dataset: CorpusDataset, questions: readonly (readonly [wanted: string, sql: string])[]): CorpusQuestion[] {
  return questions.map(([wanted, sql], at) => ({ id: `${dataset}-${String(at + 1).padStart(2, '0')}`, dataset, wanted, sql }));
}
