export * from './exercise.ts';
export * from './simulate.ts';
export * from './striped.ts';
