/** What people read about terms of matching that were measured on a labelled sample, in English. */
const n = (count: number) => count.toLocaleString('en');
const share = (value: number) => value.toLocaleString('en', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
/** Never 1 for what is less. */
const near = (value: number) => share(value < 1 ? Math.min(value, 0.999) : value);
const down = (value: number) => share(Math.floor(value * 1000) / 1000);
const up = (value: number) => share(Math.ceil(value * 1000) / 1000);

export const measureEn = {
  measureNumber: n,
  measureShare: ({ value, low, high }: { value: number; low: number; high: number }) => `${near(value)} (${down(low)} to ${up(high)})`,
  measureSample: (files: readonly [string, string], rows: readonly [number, number], pairs: number) =>
    `Sample: ${n(rows[0])} rows of ${files[0]}, ${n(rows[1])} rows of ${files[1]}; ${n(pairs)} true pairs.`,
  measureLeftOut: (rows: readonly [number, number]) =>
    `Left out, because nobody says who they are about: ${n(rows[0])} rows of the first file, ${n(rows[1])} of the second.`,
  measureRepeated: (people: readonly [number, number]) =>
    `Several rows about the same person: ${n(people[0])} people in the first file, ${n(people[1])} in the second. Every pair of rows with equal truth counts as a true pair.`,
  measureHeadings: ['linked by', 'pairs', 'true', 'precision', 'recall'],
  measureKey: (key: string) => `key ${key}`,
  measureInOrder: 'keys in order',
  measureLikeness: (percent: number, agreed: boolean) => `likeness ${percent} %${agreed ? ' (as in the terms)' : ''}`,
  measureWithKeys: (percent: number, agreed: boolean) => `keys in order, or likeness ${percent} %${agreed ? ' (as in the terms)' : ''}`,
  measureMeaning: [
    'In order: a row of the first file matches by the first of its keys that the second file has too.',
    'Precision: how many of the linked pairs are true. Recall: how many of the true pairs are linked. Between brackets: the 95 % interval.',
    'The intervals hold for records like this sample. Where fewer records have a partner than here, precision is lower. Terms that were chosen on a sample do better on it than elsewhere: measure once more on rows that were not used for choosing.',
  ],
  measureBlockHeadings: ['block key', 'pairs', 'true', 'maximum_pairs'],
  measureFits: (maximum: number, fits: boolean) => (fits ? n(maximum) : `${n(maximum)}: TOO FEW`),
  measureOverflow: (blocks: string) =>
    `A run over these rows would show nothing: more pairs than maximum_pairs for ${blocks}. Raise it, or make the block key finer.`,
  measureGrowth: 'Pairs grow with both sides: tables ten times as long make about a hundred times as many.',
  measureNeverCompared: (pairs: number, of: number) =>
    `${n(pairs)} of ${n(of)} true pairs have no block key in common: likeness finds them at no threshold.`,
  measureEmpty: (rows: readonly [number, number]) =>
    `Rows without any value to be compared by likeness: ${n(rows[0])} of the first file, ${n(rows[1])} of the second.`,
  measureWrong: 'Wrongly linked, by row of the first and of the second file:',
  measureMissed: 'Missed, by row of the first and of the second file:',
  measureNone: 'none',
  measureByKey: (key: string) => `equal key ${key}`,
  measureByLikeness: (percent: number, block: string) => `likeness ${percent} %, compared because of block key ${block}`,
  measureNoBlock: (percent: number) => `no block key in common (likeness ${percent} %)`,
  measureNoKey: 'no key in common',
};
