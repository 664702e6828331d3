/** Runs test files with node:test and counts; used by `npm test` and `npm run check`. */
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { root } from './workspaces.ts';

export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  readonly failures: string[];
}

/** Settings of whoever runs the tests: another language, or a station or database of theirs, is not what tests are about. */
const FOREIGN = /^(LANG|LANGUAGE|LC_\w+|DATABASE_URL|SLUIS_(HOME|STATION|TOKEN|CERTIFICATE|LANG|DEBUG))$/;

/** Runs the files in child processes; prints a full report, or only failures and skips when `quiet`. */
export async function runTests(
  files: readonly string[],
  options: { concurrency: number; quiet: boolean; timeoutMs: number },
): Promise<Counts> {
  const counts: Counts = { passed: 0, failed: 0, skipped: 0, failures: [] };
  for (const name of Object.keys(process.env)) if (FOREIGN.test(name)) delete process.env[name];
  // Files import much of the same: what one has compiled serves all others, the processes that they start too.
  process.env['NODE_COMPILE_CACHE'] ??= join(root, 'node_modules', '.cache', 'compiled');
  const events = run({
    files: files.map((f) => `${root}/${f}`),
    concurrency: options.concurrency,
    timeout: options.timeoutMs,
    execArgv: ['--disable-warning=ExperimentalWarning'],
  });
  events.on('test:pass', (data) => {
    if (data.details.type === 'suite') return;
    if (data.skip !== undefined && data.skip !== false) {
      counts.skipped++;
      console.log(`skipped: ${data.name}${typeof data.skip === 'string' && data.skip !== '' ? ` (${data.skip})` : ''}`);
    } else counts.passed++;
  });
  events.on('test:fail', (data) => {
    if (data.details.type === 'suite') return;
    counts.failed++;
    counts.failures.push(`${(data.file ?? '').slice(root.length + 1)}: ${data.name}\n${describe(data.details.error)}`);
  });
  if (options.quiet) for await (const _ of events);
  else for await (const chunk of events.compose(spec)) process.stdout.write(chunk as Buffer);
  return counts;
}

function describe(error: unknown): string {
  const inner = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return inner instanceof Error ? (inner.stack ?? inner.message) : String(inner);
}

/** Counts of several runs together. */
export function addUp(...all: readonly (Partial<Counts> & Pick<Counts, 'passed' | 'failed'>)[]): Counts {
  const sum = (of: (counts: Partial<Counts>) => number | undefined) => all.reduce((total, counts) => total + (of(counts) ?? 0), 0);
  return {
    passed: sum((c) => c.passed),
    failed: sum((c) => c.failed),
    skipped: sum((c) => c.skipped),
    failures: all.flatMap((c) => c.failures ?? []),
  };
}

export function report(counts: Counts): void {
  for (const failure of counts.failures) console.log(`\nFAILED ${failure}`);
  console.log(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
}
