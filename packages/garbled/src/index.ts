export * from './asker.ts';
export { type Circuit, CircuitBuilder, evaluateInTheClear, type Wire } from './circuit.ts';
export * from './descriptor.ts';
export { Holder, MAXIMUM_GATES } from './holder.ts';
export * from './numbers.ts';
export * from './program.ts';
