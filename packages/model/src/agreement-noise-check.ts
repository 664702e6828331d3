/** What an agreement's terms on noise must satisfy beyond their schema, and what a reader should know of them. */
import type { Agreement } from './agreement.ts';
import type { AgreementProblem } from './agreement-columns.ts';
import { budgetUnits } from './agreement-noise.ts';

interface Spending {
  readonly epsilon: string;
  readonly delta: string;
}

const more = (a: string, b: string): boolean => budgetUnits(a) > budgetUnits(b);

/** Units that name no column, limits that are larger than what they are part of, and budgets that pay for nothing. */
export function noiseProblems(agreement: Agreement): AgreementProblem[] {
  return [...Object.keys(agreement.tables).flatMap((table) => unitProblems(agreement, table)), ...budgetProblems(agreement)];
}

function unitProblems(agreement: Agreement, name: string): AgreementProblem[] {
  const table = agreement.tables[name];
  const unit = table?.privacy_unit;
  if (table === undefined || unit?.protects !== 'column') return [];
  const path = ['tables', name, 'privacy_unit', 'column'];
  const column = table.columns[unit.column];
  if (column === undefined)
    return [{ path, what: `"${unit.column}" is no column of the table`, remedy: `use one of ${Object.keys(table.columns).join(', ')}` }];
  return [
    ...(column.nullable
      ? [
          {
            path,
            what: `"${unit.column}" may be missing, and rows without it belong to nobody`,
            remedy: 'use a column that is not nullable, or privacy_unit: { protects: row }',
          },
        ]
      : []),
    ...(column.type === 'DOUBLE'
      ? [
          {
            path,
            what: `"${unit.column}" is a DOUBLE, whose values are not told apart exactly`,
            remedy: 'use a whole number, a decimal or text',
          },
        ]
      : []),
  ];
}

function budgetProblems({ output: { noise } }: Agreement): AgreementProblem[] {
  if (noise === undefined) return [];
  const { budget } = noise;
  const parts: readonly (readonly [readonly string[], Spending | undefined])[] = [
    [['default'], noise.default],
    [['budget', 'per_analyst'], budget.per_analyst],
    [['budget', 'per_purpose'], budget.per_purpose],
  ];
  const found = parts.flatMap(([path, part]) =>
    (['epsilon', 'delta'] as const).flatMap((of): AgreementProblem[] =>
      part === undefined || !more(part[of], budget[of])
        ? []
        : [
            {
              path: ['output', 'noise', ...path, of],
              what: `${part[of]} is more than the whole budget of ${budget[of]}`,
              remedy: `at most ${budget[of]}, or a larger budget`,
            },
          ],
    ),
  );
  if (noise.mechanism === 'discrete-gaussian' && !more(budget.delta, '0')) {
    found.push({
      path: ['output', 'noise', 'budget', 'delta'],
      what: 'Gaussian noise costs a delta, and the budget has none',
      remedy: 'add "delta", such as "0.000001", or use discrete-laplace',
    });
  }
  return found;
}

/** Allowed, but worth a second look before signing. */
export function noiseWarnings({ output: { noise }, tables, sandbox }: Agreement): string[] {
  if (noise === undefined) return [];
  const without = Object.entries(tables).flatMap(([name, t]) => (t.privacy_unit === undefined ? [name] : []));
  const found = without.map((name) =>
    noise.required
      ? `Table ${name} has no privacy_unit while answers need noise: no question about it is answered.`
      : `Table ${name} has no privacy_unit: questions about it are answered exactly only.`,
  );
  if (!noise.required) found.push('Noise is not required: exact answers are not differentially private, and no budget limits them.');
  const units = Object.entries(tables).flatMap(([name, t]) => (t.privacy_unit === undefined ? [] : [{ name, unit: t.privacy_unit }]));
  for (const { name, unit } of units) {
    if (!sandbox && unit.protects === 'row')
      found.push(`Table ${name}: noise protects single rows; somebody with several rows is protected less, the more there are.`);
    if (unit.protects === 'column' && unit.providers === 'disjoint')
      found.push(
        `Table ${name}: nobody checks that the same ${unit.column} occurs at one provider only; who occurs at several is protected less.`,
      );
  }
  if (!sandbox && more(noise.budget.epsilon, '10'))
    found.push(
      `A privacy budget of ε = ${noise.budget.epsilon} promises very little: one unit may change how likely an answer is e^ε-fold.`,
    );
  if (more(noise.budget.delta, '0.001'))
    found.push(`A privacy budget with δ = ${noise.budget.delta} allows answers that show that part of all units outright.`);
  return found;
}
