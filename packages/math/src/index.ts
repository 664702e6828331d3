export * from './top-network.ts';
