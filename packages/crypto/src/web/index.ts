/**
 * What of this package works in a browser: the same functions with the same bytes, made of @noble's libraries, because
 * WebCrypto has no synchronous form and no ML-KEM. Bundlers find it through "browser" in package.json.
 *
 * Known weaknesses: JavaScript's arithmetic on big integers and tables is not strictly constant in time; a page's memory
 * can't be wiped; whoever serves the page decides what it does.
 */
export * from '../aes-gcm.ts';
export * from '../blind-token.ts';
export * from '../hash.ts';
export * from '../hpke.ts';
export * from '../prg.ts';
export * from '../sealing.ts';
export * from '../signature.ts';
export * from '../turbo-shake.ts';
export * from '../x-wing.ts';
export * from '../oprf.ts';
export * from '../ristretto-bulk.ts';
