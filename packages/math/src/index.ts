export * from './noise/bernoulli.ts';
export { type Bounds, expBounds } from './noise/exponential.ts';
export { RandomBits } from './noise/random-bits.ts';
export * from './noise/laplace-path.ts';
export * from './noise/samplers.ts';
export * from './noise/weighted-choice.ts';
export * from './rational.ts';
export * from './top-network.ts';
export { type Interval, wilsonInterval } from './wilson.ts';
