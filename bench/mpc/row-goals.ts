/** What is measured of operations on whole rows. Keys have 64 bits; every row has a payload of 64 bits. */
import type { Figuring } from './goals.ts';

const K = 1_000;
const M = 1_000_000;

const rows = (workload: string, label: string, sizes: readonly number[], more: Partial<Figuring> = {}): Figuring => ({
  workload,
  label,
  threats: ['semi-honest'],
  sizes,
  quickSizes: [10 * K],
  per: 1,
  unit: 'rows/s',
  goals: {},
  goalsFrom: 0,
  references: {},
  ...more,
});
const checked: Partial<Figuring> = { threats: ['malicious'], quickSizes: [2 * K] };
const atLeast = (value: number) => ({ 'semi-honest': { kind: 'at-least', value } }) as const;

/** `whole`: keys as wide as their column. `short`: keys declared as wide as their groups need, as dictionary-coded text is. */
const groups = (count: number, short: number, reference: number): readonly Figuring[] => [
  rows(`group-${count}`, `rows in ${count.toLocaleString('en')} groups`, [100 * K, M], {
    goals: atLeast(150 * K),
    references: { 'semi-honest': reference },
  }),
  rows(`group-${count}-in-${short}-bits`, `rows in ${count.toLocaleString('en')} groups, keys of ${short} bits`, [100 * K, M], {
    goals: atLeast(150 * K),
    references: { 'semi-honest': reference },
  }),
];

export const ROW_FIGURES: readonly Figuring[] = [
  rows('shuffle', 'rows of two columns', [100 * K, M]),
  rows('sort', 'rows', [10 * K, 100 * K, M], { goals: atLeast(150 * K), references: { 'semi-honest': 8 * K } }),
  ...groups(10, 5, 240 * K),
  ...groups(10_000, 15, 20 * K),
  rows('join', 'rows on each side, unique keys', [100 * K]),
  rows('join', 'rows on each side, unique keys', [M], { quickSizes: [], goals: { 'semi-honest': { kind: 'at-most', value: 30 } } }),
  rows('shuffle', 'rows of two columns', [100 * K, M], checked),
  rows('sort', 'rows', [10 * K, 100 * K, M], checked),
  rows('group-10', 'rows in 10 groups', [100 * K, M], checked),
  rows('group-10-in-5-bits', 'rows in 10 groups, keys of 5 bits', [100 * K], checked),
  rows('group-10000', 'rows in 10,000 groups', [100 * K, M], checked),
  rows('join', 'rows on each side, unique keys', [100 * K, M], checked),
];
