/** Words for questions over real tables: heart patients, wages and cyber events as people publish them. */
import type { CorpusDataset } from '../corpus/question.ts';
import type { Argument, Expression, Key } from '../reference/query.ts';
import type { Vocabulary } from './arbitrary-query.ts';

const is = (...sql: string[]): Expression[] => sql.map((text) => ({ sql: text, meaning: text, covers: [] }));
const numbers = (...sql: string[]): Argument[] => is(...sql).map((e) => ({ ...e, grid: null }));
/** A DOUBLE, NULL where it is not finite; rounded at so many decimals that the tolerance covers it. */
const floats = (...sql: string[]): Argument[] =>
  sql.map((text) => {
    const tried = `TRY(CAST(${text} AS DOUBLE))`;
    return { sql: text, meaning: `(CASE WHEN isfinite(${tried}) THEN ${tried} END)`, covers: [], grid: null };
  });
const key = (columns: string, ...sql: string[]): Omit<Key, 'name'>[] => is(...sql).map((e) => ({ ...e, columns: columns.split(' ') }));

export const realWords: Readonly<Partial<Record<CorpusDataset, Vocabulary>>> = {
  heart: {
    table: 'patients',
    keys: [
      ...key('sex', 'sex'),
      ...key('disease', 'disease'),
      ...key('cp', 'cp'),
      ...key('exang', 'exang'),
      ...key('slope', 'coalesce(slope, 0)'),
      ...key('age', 'age // 10', "CASE WHEN age < 50 THEN 'young' ELSE 'old' END"),
      ...key('num', 'num >= 2'),
      ...key('cp sex', "CASE WHEN cp = 4 AND sex = 1 THEN 'a' ELSE 'b' END"),
    ],
    numbers: [
      ...numbers('age', 'chol', 'thalach', 'trestbps', 'oldpeak', 'age * disease', 'nullif(chol, 0)', '220 - age', 'ca'),
      ...floats('chol / 3', 'ln(chol + 1)'),
    ],
    others: numbers('age', 'num'),
    predicates: is(
      'chol > 0',
      'sex = 1',
      'age BETWEEN 40 AND 60',
      'thal IS NULL',
      'disease = 1 AND exang = 1',
      'oldpeak > 1.5',
      'cp IN (1, 2)',
    ),
  },
  salaries: {
    table: 'salaries',
    keys: [
      ...key('education', 'education', "CASE WHEN education >= 16 THEN 'college' ELSE 'other' END"),
      ...key('ethnicity', 'ethnicity', 'upper(ethnicity)'),
      ...key('smsa', 'smsa'),
      ...key('parttime', 'parttime'),
      ...key('experience', '(experience // 5) * 5'),
    ],
    numbers: [
      ...numbers('weekly_wage_usd', 'education', 'experience', 'education * education', 'least(weekly_wage_usd, 2000)'),
      ...floats('ln(weekly_wage_usd)', 'weekly_wage_usd / 40'),
    ],
    others: numbers('education', 'experience'),
    predicates: is('weekly_wage_usd < 500', 'education = 12', 'experience BETWEEN 10 AND 20', "ethnicity LIKE 'c%'", 'experience < 0'),
  },
};
