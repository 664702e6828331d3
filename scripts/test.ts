/** `npm test`: everything but the long forms; `npm run test:long`: only the long forms. Ends with a line of counts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { report, runTests } from './test-run.ts';
import { staticChecks } from './static-checks.ts';
import { ensureSystemPackages } from './system-packages.ts';
import { root, sources } from './workspaces.ts';

const long = process.argv.includes('--long');
const only = process.argv.slice(2).filter((a) => !a.startsWith('--'));

if (process.env['SLUIS_FIXTURES'] === undefined) {
  console.log("SLUIS_FIXTURES is not set: tests on real data and standards' vectors are skipped.");
} else if (!existsSync(join(process.env['SLUIS_FIXTURES'], 'vectors'))) {
  console.log('SLUIS_FIXTURES names a folder without "vectors": tests that need it are skipped.');
  delete process.env['SLUIS_FIXTURES'];
}
ensureSystemPackages();
process.chdir(root);
const fixed = long ? { passed: 0, failed: 0 } : staticChecks();
const files = ['packages', 'apps', 'scripts', 'examples', 'tests', 'bench']
  .flatMap(sources)
  .filter((f) => f.endsWith('.test.ts') && f.endsWith('.long.test.ts') === long)
  .filter((f) => only.length === 0 || only.some((o) => f.includes(o)));
// End-to-end files start many processes each, so they run one at a time after the rest.
const heavy = files.filter((f) => f.startsWith('tests/'));
const light = files.filter((f) => !f.startsWith('tests/'));
const a = await runTests(light, { concurrency: 2, quiet: false, timeoutMs: 300_000 });
const b = await runTests(heavy, { concurrency: 1, quiet: false, timeoutMs: long ? 7_200_000 : 1_200_000 });
const failed = a.failed + b.failed + fixed.failed;
report({
  passed: a.passed + b.passed + fixed.passed,
  failed,
  skipped: a.skipped + b.skipped,
  failures: [...a.failures, ...b.failures],
});
process.exitCode = failed === 0 && a.passed + b.passed > 0 ? 0 : 1;
