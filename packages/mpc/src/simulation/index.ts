export * from './exercise.ts';
export * from './simulate.ts';
