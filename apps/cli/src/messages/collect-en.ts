/** What people read about collections, in English. */
export const collectEn = {
  collectNone: 'Nothing is collected under an agreement in force at this station.',
  collectHeadings: [
    'collection',
    'reports',
    'aggregators',
    'at least',
    'until (UTC)',
    'waiting',
    'ready',
    'rejected',
    'summed',
  ] as readonly string[],
  collectThanks: (collection: string, aggregator: string) => `Your report to "${collection}" is at ${aggregator}.`,
  collectNoSum: 'No sum was made yet. Make one of all reports that are in none, with: --release',
  collectSum: (release: string, reports: number, at: string) => `Sum ${release} of ${reports} reports, made ${at}`,
  collectLocalHeadings: ['value', 'estimate', 'standard error', 'from', 'to'] as readonly string[],
  collectMean: 'mean',
  collectEstimates: (release: string, reports: number, at: string) => `Estimates ${release} from ${reports} reports, made ${at}`,
  collectLocal: (epsilon: string, mechanism: string, influence: string) =>
    `Each report is private with ε = ${epsilon} (${mechanism}), also from its collector. Each lying client shifts an estimate by at most ${influence}. "From" and "to": intervals that hold about 95 times of 100. Each report is in one result only.`,
  collectExact: 'Exact sums: not differentially private. Each report is in one sum only.',
};
