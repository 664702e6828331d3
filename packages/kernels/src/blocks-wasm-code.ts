/** Compiled by scripts/build-kernels.ts from packages/kernels/assembly-blocks: change those, and build again. */
export const WASM_CODE: string = /* @__PURE__ */ [
  'AGFzbQEAAAABCAFgBH9/f38AAhIBA2VudgZtZW1vcnkCAQGAgAQDAwIAAAclAwl4b3JCbG9ja3MAAQx4b3JFYWNoQmxvY2sAAAZtZW1vcnkCAAp2AjsCAX8B',
  'eyAB/QAEACEFA0AgBCADQQR0SQRAIAIgBGogACAEav0ABAAgBf1R/QsEACAEQRBqIQQMAQsLCzgBAX8DQCAEIANBBHRJBEAgAiAEaiAAIARq/QAEACABIARq',
  '/QAEAP1R/QsEACAEQRBqIQQMAQsLCw==',
].join('');
