/** What people read about privacy budgets and noise, in English. */
export const budgetEn = {
  budgetOf: (organisation: string, collaboration: string) =>
    `Privacy budgets of ${collaboration}, as ${organisation} counts the runs it took part in`,
  budgetNone: 'No table has a privacy budget, and nothing was ever charged.',
  budgetTable: (table: string, unit: string) => `${table}, protecting each ${unit}`,
  budgetUnit: (unit: string): string =>
    unit === 'row' ? 'row' : unit === 'organisation' ? 'organisation' : `value of ${unit.replace(/^column:/, '')}`,
  budgetUse: (spent: string, limit: string, left: string, delta: string) =>
    `ε = ${spent} of ${limit} is spent, at δ = ${delta}; ε = ${left} is left`,
  budgetUseUnlimited: (spent: string, delta: string) => `ε = ${spent} is spent, at δ = ${delta}; there is no limit`,
  budgetNoTerms: 'The agreement in force has no budget for it any more; what was spent stays spent.',
  budgetAnalysts: 'By analyst',
  budgetPurposes: 'By purpose',
  budgetShareHeadings: ['who or what for', 'spent', 'of', 'left', 'at δ'] as readonly string[],
  budgetNoLimit: 'no limit',
  budgetLast: (shown: number, all: number) => (shown === all ? 'Charges, newest first' : `The last ${shown} of ${all} charges`),
  budgetChargeHeadings: ['run', 'charged (UTC)', 'by', 'purpose', 'ε', 'δ', 'the run'] as readonly string[],
  budgetLost: 'A run that failed stays charged: noise may have been drawn for it, and the same charge never pays for two.',
  priceQuestion: (n: number, sql: string) => `${n}. ${sql}`,
  priceExact: 'exact: costs no budget, and is not differentially private',
  priceNoisy: (epsilon: string, delta: string, mechanism: string) => `ε = ${epsilon}, δ = ${delta} by itself (${mechanism})`,
  priceTogether: (together: string, sum: string, delta: string) =>
    `Together ε = ${together} at δ = ${delta} (added up one by one it would be ${sum})`,
  priceAfter: (before: string, after: string) => `Spent before ε = ${before}, afterwards ε = ${after}`,
  priceRemains: (left: string, limit: string) => `ε = ${left} of ${limit} would be left`,
  priceRefused: (n: number) => `Question ${n} can't be paid after the ones before it`,
  priceAffordable: 'All of them can be paid now. Nothing was charged.',
  runCharged: (epsilon: string, delta: string, tables: string) => `Charged: ε = ${epsilon}, δ = ${delta} on ${tables}`,
  runChargedLost: 'Nothing was released for it here, and it stays spent.',
  verifyExact: 'Not differentially private: exact values, under the rules above.',
  verifyNoise: (epsilon: string, delta: string, unit: string, mechanism: string, generation: string) =>
    `Differentially private: ε = ${epsilon}, δ = ${delta} for each ${unit}, by ${mechanism} noise ${generation === 'bits' ? 'sampled on secret bits' : 'that is the sum of shares of the compute parties'}.`,
  verifyNoiseMixed: 'Not differentially private: exact rules decide, beside the noise, which cells are shown.',
  choiceNoise: (unit: string) =>
    `Noise on request (WITH NOISE (epsilon = …)), protecting each ${unit}; the sandbox's privacy budget has no limit.`,
  choiceNoiseBudget: (unit: string, epsilon: string) => `Noise protects each ${unit}, within a budget of ε = ${epsilon}.`,
  choiceNoiseBounds: (groups: number, rows: number) =>
    `With noise, one unit counts in at most ${groups} ${groups === 1 ? 'group' : 'groups'} of each provider, with ${rows} ${rows === 1 ? 'row' : 'rows'} each; more of its rows are left out at random (--rules: tables … privacy_unit).`,
  stepBudget: 'Every station charges the privacy budget',
  stepNoiseAdded: 'Noise is added to secret totals, of which nobody knows it',
};
