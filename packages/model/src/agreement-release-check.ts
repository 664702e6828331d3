/** What the terms on exact answers must satisfy beyond their schema. */
import type { Agreement } from './agreement.ts';
import type { AgreementProblem } from './agreement-columns.ts';

export function releaseProblems({ output, tables, organisations }: Agreement): AgreementProblem[] {
  const found: AgreementProblem[] = [];
  for (const [table, columns] of Object.entries(output.rounding?.sums ?? {})) {
    for (const column of Object.keys(columns)) {
      const declared = tables[table]?.columns[column];
      if (declared?.uses.includes('aggregate') && declared.type !== 'VARCHAR') continue;
      found.push({
        path: ['output', 'rounding', 'sums', table, column],
        what: `there is no column ${column} of a table ${table} that may be summed`,
        remedy: 'name columns with the use "aggregate", under the name of their table',
      });
    }
  }
  if (output.noise?.required === true && (output.rounding ?? output.totals ?? output.differencing) !== undefined) {
    found.push({
      path: ['output', 'noise', 'required'],
      what: 'rounding, totals and differencing are rules for exact answers, and there are none',
      remedy: 'leave those rules out, or set "required" to false',
    });
  }
  const names = organisations.map((o) => o.name);
  for (const [i, name] of (output.checking?.by ?? []).entries()) {
    if (!names.includes(name))
      found.push({
        path: ['output', 'checking', 'by', i],
        what: `"${name}" is none of the organisations`,
        remedy: `use one of ${names.join(', ')}`,
      });
  }
  return found;
}
