export * from './bytes.ts';
export * from './canonical.ts';
export * from './errors.ts';
export * from './seams.ts';
export * from './turns.ts';
