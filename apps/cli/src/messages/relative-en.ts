/** What people read about relative errors, in English. */
export const relativeEn = {
  relativePlan: (error: string, percent: string, steps: number, epsilon: string, delta: string) =>
    `Asked step by step until every value shown is within ${error} % of the exact one in ${percent} of 100 cases: at most ${steps} questions, which cost at most ε = ${epsilon}${delta === '0' ? '' : ` at δ = ${delta}`} together.`,
  relativeHeadings: ['step', 'ε', 'all so far', 'off by at most', 'enough from'] as readonly string[],
  relativeOrdinary:
    'Each step is a question of its own: approved, charged before its noise is drawn, and with a receipt. After each, only the answers so far decide whether another is asked. The steps together cost the first one’s price at least, and the last sum at most; nothing is paid back.',
  relativeSeen: (names: string) =>
    `Who takes part and does not receive the answer (${names}) sees after which step it ends, and so about how large the smallest value shown is. That follows from noisy values, and costs nothing more.`,
  relativeUnknown: 'depends on the data',
  relativeStep: (step: number, steps: number, epsilon: string) => `Step ${step} of at most ${steps}, at ε = ${epsilon}`,
  relativeTakenUp: (step: number) => `Step ${step} was answered before, and is not paid again.`,
  relativeNotYet: (values: number) =>
    values === 0
      ? 'No row to be exact about so far.'
      : `${values} ${values === 1 ? 'value is' : 'values are'} not known exactly enough so far.`,
  relativeMet: (error: string, percent: string) => `Every value shown is within ${error} % of the exact one in ${percent} of 100 cases.`,
  relativeNotMet: (values: number, error: string) =>
    values === 0
      ? 'No row is shown that could be exact enough.'
      : `${values} ${values === 1 ? 'value' : 'values'} may be further off than ${error} %, such as:`,
  relativeUnmet: (column: string, group: string) => (group === '' ? column : `${column} of ${group}`),
  relativeCeiling: 'The ceiling allows no further question.',
  relativeSpent: (steps: number, spent: string, epsilon: string, delta: string) =>
    `${steps} ${steps === 1 ? 'question' : 'questions'}: ε = ${spent} of at most ${epsilon}${delta === '0' ? '' : ` at δ = ${delta}`} is spent`,
  relativeLost: (runs: string) => `Charged without an answer, and part of what is spent: ${runs}`,
  relativeReceipts: (runs: string) => `Receipts of runs: ${runs}`,
  relativeBroken: 'This is what was answered before it broke off. Its intervals hold.',
  relativeGoOn: 'Go on with the same question and --continue: what was answered is not paid again.',
};
