/** The contributor's half, in Node and in browsers alike: no module of Node is imported. */
export * from './anonymous.ts';
export { contribute } from './contribute.ts';
export * from './contribution.ts';
export * from './contributor.ts';
export * from './csv-rows.ts';
export * from './deposit-client.ts';
export { requireGenuine } from './genuine.ts';
export { encodedPieces, type RowProblem } from './encode-rows.ts';
