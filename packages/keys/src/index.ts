export * from './key-file.ts';
