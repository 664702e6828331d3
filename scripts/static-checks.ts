/** Types, lint and floors: what is wrong without running anything. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { checkFloors } from './check-floors.ts';
import { root } from './workspaces.ts';

/** Runs each check, prints its problems, and returns the number of checks that failed. */
export function staticChecks(): { passed: number; failed: number } {
  const results = [tool('types', 'tsc', ['-p', '.']), tool('lint', 'biome', ['check', '--max-diagnostics=40', '.']), floors()];
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

function tool(title: string, command: string, args: string[]): boolean {
  const started = Date.now();
  const done = spawnSync(join(root, 'node_modules', '.bin', command), args, { cwd: root, encoding: 'utf8' });
  const good = done.status === 0;
  console.log(`${good ? 'ok' : 'FAILED'}: ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (!good) console.log(`${done.stdout}${done.stderr}${done.error === undefined ? '' : String(done.error)}`);
  return good;
}

function floors(): boolean {
  const problems = checkFloors();
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}: floors`);
  for (const problem of problems) console.log(problem);
  return problems.length === 0;
}
