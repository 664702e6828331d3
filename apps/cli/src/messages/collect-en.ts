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
  collectExact: 'Exact sums: not differentially private. Each report is in one sum only.',
};
