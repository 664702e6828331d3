/** Everything that the compiled module exports. Memory is used as src/blocks.ts lays it out; nothing is allocated. */
export * from './bits';
export * from './carry';
export * from './ring';
export * from './transposition';
export * from './wide';
