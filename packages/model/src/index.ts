export * from './agreement.ts';
export * from './api.ts';
export * from './neutral.ts';
export * from './plan.ts';
export * from './ports.ts';
export * from './receipt.ts';
export * from './result.ts';
export * from './station-home.ts';
