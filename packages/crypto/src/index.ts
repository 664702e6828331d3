export * from './commitment.ts';
export * from './hash.ts';
export { generateSealingKey, keySchedule, open, seal, type SealingKey, suiteId } from './hpke.ts';
export * from './prg.ts';
export * from './signature.ts';
export { decapsulate, encapsulate, publicKeyOf } from './x-wing.ts';
