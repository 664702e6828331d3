export * from './bits.ts';
export * from './ring.ts';
export * from './transposition.ts';
