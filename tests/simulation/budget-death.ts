/** What the killed and the killing process know of each other. */

/** In the order in which they come. */
export const STEPS = ['before', 'deciding', 'between-tables', 'charged', 'logged', 'given', 'released'] as const;
export type Step = (typeof STEPS)[number];
export interface Death {
  readonly run: number;
  readonly step: Step;
}
export const TABLES = ['claims', 'visits'] as const;
/** Each run's price, and how many of them the budget pays for. */
export const PRICE = '0.001';
export const BUDGET = '0.5';
export const AFFORDABLE = 500;
export const COLLABORATION = 'kills';
