/** Types, lint and floors: what is wrong without running anything. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { checkFloors } from './check-floors.ts';
import { root } from './workspaces.ts';

/** What the compiler knows of files that have not changed since it last saw them. */
const KNOWN_TYPES = join(root, 'node_modules', '.cache', 'types.tsbuildinfo');

/** Runs each check, prints its problems, and resolves with the number of checks that failed. */
export async function staticChecks(): Promise<{ passed: number; failed: number }> {
  const results = await Promise.all([
    tool('types', 'tsc', ['-p', '.', '--incremental', '--tsBuildInfoFile', KNOWN_TYPES]),
    tool('lint', 'biome', ['check', '--max-diagnostics=40', '.']),
    floors(),
  ]);
  const passed = results.filter(Boolean).length;
  return { passed, failed: results.length - passed };
}

function tool(title: string, command: string, args: string[]): Promise<boolean> {
  const started = Date.now();
  return new Promise((resolve) => {
    execFile(join(root, 'node_modules', '.bin', command), args, { cwd: root, maxBuffer: 1e9 }, (error, stdout, stderr) => {
      const good = error === null;
      console.log(`${good ? 'ok' : 'FAILED'}: ${title} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
      if (!good) console.log(`${stdout}${stderr}${stdout + stderr === '' ? error.message : ''}`);
      resolve(good);
    });
  });
}

function floors(): boolean {
  const problems = checkFloors();
  console.log(`${problems.length === 0 ? 'ok' : 'FAILED'}: floors`);
  for (const problem of problems) console.log(problem);
  return problems.length === 0;
}
