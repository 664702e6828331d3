export * from './committee.ts';
export * from './committee-cost.ts';
export * from './door.ts';
export * from './order-plan.ts';
export * from './registry.ts';
export * from './rows-cost.ts';
export * from './secret-tables.ts';
export * from './malicious-cost.ts';
