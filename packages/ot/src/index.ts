export * from './base-transfer.ts';
export * from './blocks.ts';
export * from './extension.ts';
export * from './vole.ts';
