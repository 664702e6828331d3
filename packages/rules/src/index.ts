export { decideInTheClear, type PlainVectors } from './decide-in-the-clear.ts';
export { exactRules } from './exact-rules.ts';
export { settle } from './secondary-suppression.ts';
export { findDifference } from './differencing.ts';
