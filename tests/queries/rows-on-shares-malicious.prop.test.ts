/** The generated questions on shared rows and joins, computed by the protocol itself (malicious) and compared with the reference. */
process.env['SLUIS_ROWS_ON_SHARES'] = 'malicious';
process.env['SLUIS_ROW_QUESTIONS'] ??= '3';
process.env['SLUIS_JOIN_QUESTIONS'] ??= '3';
process.env['SLUIS_HISTOGRAM_QUESTIONS'] ??= '4';
await import('./shared-rows-questions.prop.test.ts');
await import('./joined-questions.prop.test.ts');
await import('./histogram-questions.prop.test.ts');
