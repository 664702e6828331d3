export * from './ask.ts';
export * from './intersect.ts';
export * from './station-access.ts';
export * from './station-client.ts';
export * from './verify-intersection.ts';
export * from './verify-receipt.ts';
export * from './deposit-transport.ts';
