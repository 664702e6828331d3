/** `npm test`: everything but the long forms; `npm run test:long`: only the long forms. Ends with a line of counts. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { addUp, report, runTests } from './test-run.ts';
import { scratchInMemory } from './scratch.ts';
import { staticChecks } from './static-checks.ts';
import { ensureSystemPackages } from './system-packages.ts';
import { inTurn } from './test-order.ts';
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
scratchInMemory();
const files = ['packages', 'apps', 'scripts', 'examples', 'tests', 'bench']
  .flatMap(sources)
  .filter((f) => f.endsWith('.test.ts') && f.endsWith('.long.test.ts') === long)
  .filter((f) => only.length === 0 || only.some((o) => f.includes(o)));
const { together, alone } = inTurn(files, long);
const timeoutMs = long ? 7_200_000 : 3_600_000;
// Static checks beside the first tests: each leaves the processors idle at times.
const [fixed, first] = await Promise.all([
  long ? { passed: 0, failed: 0 } : staticChecks(),
  runTests(together, { concurrency: 2, quiet: false, timeoutMs }),
]);
const last = await runTests(alone, { concurrency: 1, quiet: false, timeoutMs });
const all = addUp(first, last, fixed);
report(all);
process.exitCode = all.failed === 0 && first.passed + last.passed > 0 ? 0 : 1;
