export * from './key-file.ts';
export { makePrivateDatabase, writePrivateFile } from './private-file.ts';
export { findSecret, SECRET_FILE } from './unlock-secret.ts';
