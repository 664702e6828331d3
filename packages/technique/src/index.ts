export * from './committee.ts';
export * from './door.ts';
export * from './registry.ts';
