/** What is measured: sizes, goals, and reference points of MP-SPDZ v0.4.2 (2 vCPU Zen 4, its three processes on one machine). */
import type { Threat } from './protocol.ts';
import { ROW_FIGURES } from './row-goals.ts';

export interface Goal {
  /** `at-least` in millions a second (elements) or rows a second; `at-most` in seconds. */
  readonly kind: 'at-least' | 'at-most';
  readonly value: number;
}

export interface Figuring {
  readonly workload: string;
  readonly label: string;
  readonly threats: readonly Threat[];
  readonly sizes: readonly number[];
  readonly quickSizes: readonly number[];
  /** Divides elements a second: 1e6 for millions. */
  readonly per: number;
  readonly unit: string;
  /** Goals are of long columns: sizes below `goalsFrom` are measured to show what rounds cost. */
  readonly goals: Partial<Record<Threat, Goal>>;
  readonly goalsFrom: number;
  /** Measured elsewhere, on the same kind of machine; not in this run. */
  readonly references: Partial<Record<Threat, number>>;
}

const M = 1_000_000;
const atLeast = (value: number): Goal => ({ kind: 'at-least', value });

const elements = (workload: string, label: string, more: Partial<Figuring> = {}): Figuring => ({
  workload,
  label,
  threats: ['semi-honest'],
  sizes: [1_000, 100_000, 4 * M],
  quickSizes: [M],
  per: M,
  unit: 'M/s',
  goals: {},
  goalsFrom: 200_000,
  references: {},
  ...more,
});

/** With trusted parties, and with checks (of smaller columns, so that the benchmark ends). */
const inBoth = (workload: string, label: string, more: Partial<Figuring> = {}): readonly Figuring[] => [
  elements(workload, label, more),
  { ...elements(workload, label, more), threats: ['malicious'], sizes: [M], quickSizes: [200_000] },
];

export const FIGURES: readonly Figuring[] = [
  {
    ...elements('wire', 'payload bytes per party (no computing)'),
    threats: ['semi-honest'],
    sizes: [200 * M],
    quickSizes: [100 * M],
  },
  {
    ...elements('round', 'rounds of 8 bytes', { goals: { 'semi-honest': atLeast(6_667) }, goalsFrom: 0 }),
    threats: ['semi-honest'],
    sizes: [5_000],
    quickSizes: [2_000],
    per: 1,
    unit: '/s',
  },
  ...inBoth('multiply', 'products', {
    goals: { 'semi-honest': atLeast(30), malicious: atLeast(5) },
    references: { 'semi-honest': 10.5, malicious: 0.87 },
  }),
  ...inBoth('inner-product', 'products of an inner product'),
  ...inBoth('less-64', 'comparisons of 64 bits', {
    goals: { 'semi-honest': atLeast(8), malicious: atLeast(1) },
    references: { 'semi-honest': 2, malicious: 0.044 },
  }),
  ...inBoth('less-32', 'comparisons of 32 bits', {
    goals: { 'semi-honest': atLeast(8), malicious: atLeast(1) },
    references: { 'semi-honest': 4 },
  }),
  ...inBoth('equal', 'equalities of 64 bits', { goals: { 'semi-honest': atLeast(8) }, references: { 'semi-honest': 1.65 } }),
  ...inBoth('select', 'selections'),
  ...ROW_FIGURES,
];
