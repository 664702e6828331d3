/** `npm run check`: types, lint, floors and unit tests, in under two minutes. */
import { addUp, report, runTests } from './test-run.ts';
import { scratchInMemory } from './scratch.ts';
import { staticChecks } from './static-checks.ts';
import { sources } from './workspaces.ts';

scratchInMemory();
const unit = ['packages', 'apps', 'scripts'].flatMap(sources).filter((f) => f.endsWith('.test.ts') && !/\.(long|slow)\.test\.ts$/.test(f));
// Checks and tests together: each leaves the processors idle at times.
const [fixed, counts] = await Promise.all([staticChecks(), runTests(unit, { concurrency: 2, quiet: true, timeoutMs: 900_000 })]);
const all = addUp(counts, fixed);
report(all);
process.exitCode = all.failed === 0 ? 0 : 1;
