export * from './ask.ts';
export * from './station-access.ts';
export * from './station-client.ts';
export * from './verify-receipt.ts';
export * from './deposit-transport.ts';
