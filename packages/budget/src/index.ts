export * from './accountant.ts';
export * from './accounted-event.ts';
export * from './calibration.ts';
export { advancedEpsilon, dworkEpsilon } from './advanced-composition.ts';
export { analyticGaussianSigma, gaussianDelta, gaussianEpsilon } from './gaussian-curve.ts';
export { zcdpEpsilon } from './renyi.ts';
export * from './noise-tail.ts';
export * from './spending.ts';
export * from './threshold.ts';
