/** The generated questions on shared rows and joins, computed by the protocol itself (semi-honest) and compared with the reference. */
process.env['SLUIS_ROWS_ON_SHARES'] = 'semi-honest';
process.env['SLUIS_ROW_QUESTIONS'] ??= '18';
process.env['SLUIS_JOIN_QUESTIONS'] ??= '18';
process.env['SLUIS_HISTOGRAM_QUESTIONS'] ??= '10';
await import('./shared-rows-questions.prop.test.ts');
await import('./joined-questions.prop.test.ts');
await import('./histogram-questions.prop.test.ts');
