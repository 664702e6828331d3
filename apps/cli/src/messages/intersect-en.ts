/** What people read about intersections, in English. */
const rowsOf = (n: number) => `${n} ${n === 1 ? 'row' : 'rows'}`;
const keysOf = (n: number, kind = '') => `${n} ${kind}${n === 1 ? 'key' : 'keys'}`;

export const intersectEn = {
  intersectConnected: (name: string, file: string, rows: number) => `${name}: ${file}, ${rowsOf(rows)}`,
  intersectSteps: {
    contribution: 'reading keys',
    share: 'committed to its list',
    aggregate: 'matching blinded items',
    receipt: 'receipt signed by both',
  } as Readonly<Record<'contribution' | 'share' | 'aggregate' | 'receipt', string>>,
  intersectOwn: (rows: number, items: number, missing: number) =>
    `Own list: ${rowsOf(rows)}, ${keysOf(items, 'different ')}${missing === 0 ? '' : `, ${rowsOf(missing)} without a key`}.`,
  intersectKey: (name: string, rejected: number, repeated: number, reasons: string) =>
    `Key "${name}": ${rowsOf(rejected)} without a valid key${reasons === '' ? '' : ` (${reasons})`}, ${keysOf(repeated)} in several rows.`,
  intersectSize: (n: number) => `${n} in common`,
  intersectUnion: (n: number) => `${keysOf(n, 'different ')} in all`,
  intersectAsWritten:
    'Keys are compared exactly as they are written: "Anna@x.nl" and "anna@x.nl" are two. --recipe brings them into normal form first (sluis matching recipes shows how); with an agreement, sluis matching check says which of your own rows have no valid key.',
  intersectBelow: 'Below the minimum: nothing is shown.',
  intersectBelowOrMore:
    'Nothing is shown: too few match, or a rough key has more pairs than "maximum_pairs" allows (sluis matching measure counts them on a sample).',
  intersectMore: (n: number) => `and ${n} more; --output FILE writes all of them.`,
  intersectElsewhere: (names: string) => `Done. The result went to ${names}.`,
  intersectOther: (name: string) => `${name} has its own result at its own station.`,
  intersectWritten: (path: string, n: number) => `${n} ${n === 1 ? 'item' : 'items'} written to ${path}`,
  intersectLearned: (receivers: string, sizes: string) =>
    `Who learned what: ${receivers} which of the own items match; each side the other's declared size (${sizes}). Nobody else learned anything.`,
  intersectCost: (ms: string, sent: string) => `${ms}; sent: ${sent}`,
  intersectRun: (run: string) => `Run ${run} was proposed.`,
  intersectApprove: (names: string, run: string) => `It starts when approved by ${names}: sluis intersect approve ${run}`,
  intersectAsQuestion: 'The committee computes this one; it is asked as a question.',
  intersectRuns: (begun: number, allowed: number, days: number) => `${begun} of ${allowed} runs in ${days} days are used at this station.`,
  intersectRunsToo: 'Runs of intersections are listed by: sluis intersect list',
  intersectNone: 'No agreement in force at this station has an intersection.',
  intersectHeadings: ['intersection', 'collaboration', 'who computes', 'runs'] as readonly string[],
  intersectRunHeadings: ['run', 'intersection', 'state', 'asked by', 'waits for', 'since (UTC)', 'why'] as readonly string[],
  intersectPlain: 'the two stations',
  intersectHidden: 'the committee',
  intersectSame: (commitment: string) => `The rows are those that were committed to (${commitment.slice(0, 16)}…).`,
  intersectOtherRows: (commitment: string) => `The rows are not those that were committed to (${commitment.slice(0, 16)}…).`,
  intersectDone: (run: string, state: string) => `Run ${run}: ${state}.`,
  intersectStates: {} as Readonly<Record<string, string>>,
  intersectCommittee: (names: string) =>
    `Nobody is to learn which items match: three compute parties do it (${names}); any two of them together could reconstruct the lists.`,
  intersectBrief: {
    keys: (files: number) => `Counted: keys that ${files === 2 ? 'both' : `all ${files}`} files have, each once.`,
    union: (files: number) => `Counted: different keys in the ${files} files together.`,
    atLeast: (files: number, t: number) => `Counted: keys that at least ${t} of the ${files} files have.`,
    rows: (whose: string, other: string) => `Counted: rows of ${whose} that have a partner in ${other}.`,
    sum: (whose: string, other: string, column: string) =>
      `Counted: rows of ${whose} that have a partner in ${other}, and the sum of their ${column}.`,
    asked: (whose: string, other: string) => `Asked: your question, over the rows of ${whose} that have a partner in ${other}.`,
    receiver: (name: string, minimum: number) =>
      `${name}, a station without data, learns the answer${minimum > 1 ? ` if at least ${minimum} match` : ''}; nobody else does.`,
    committee: (names: string, trusted: boolean) =>
      `${names} compute on secret shares: they learn how many rows each file has and whether the answer is shown, not which rows match${trusted ? '. Each is trusted to follow the protocol' : ''}.`,
    more: (estimate: string) => `${estimate} --explain says all that could be learned, and by whom.`,
  },
  intersectSum: (sum: string) => `sum ${sum}`,
  verifiedIntersection: 'The receipt is genuine: both stations signed it and logged it before.',
  verifyIntersection: (name: string, run: string) => `Intersection "${name}", run ${run}`,
  verifyInput: (name: string, declared: number, commitment: string | null) =>
    `${name}: up to ${declared} items${commitment === null ? '' : `, committed to as ${commitment.slice(0, 16)}…`}`,
  verifyOutcome: (receiver: string, size: number | null) =>
    size === null ? `${receiver}: below the minimum` : `${receiver}: ${size} in common, as committed to`,
  verifyInputsHonest: 'It proves what both stations say ran; not that their lists were honest.',
};
