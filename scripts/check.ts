/** `npm run check`: types, lint, floors and unit tests, in under two minutes. */
import { report, runTests } from './test-run.ts';
import { staticChecks } from './static-checks.ts';
import { sources } from './workspaces.ts';

const fixed = staticChecks();
const unit = ['packages', 'apps', 'scripts'].flatMap(sources).filter((f) => f.endsWith('.test.ts') && !/\.(long|slow)\.test\.ts$/.test(f));
const counts = await runTests(unit, { concurrency: 2, quiet: true, timeoutMs: 120_000 });
report({ ...counts, passed: counts.passed + fixed.passed, failed: counts.failed + fixed.failed });
process.exitCode = counts.failed + fixed.failed === 0 ? 0 : 1;
