export * from './ports.ts';
export * from './prepared.ts';
