export * from './key-file.ts';
export { makePrivateDatabase } from './private-file.ts';
export { findSecret, SECRET_FILE } from './unlock-secret.ts';
