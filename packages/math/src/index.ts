export * from './noise/bernoulli.ts';
export { RandomBits } from './noise/random-bits.ts';
export * from './noise/samplers.ts';
export * from './rational.ts';
export * from './top-network.ts';
