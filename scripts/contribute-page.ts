/** Puts the contributor's page into two files that the station serves (npm run page). The result is kept in the repository. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './workspaces.ts';

const FILES = ['page', 'worker'] as const;
const target = (name: string): string => join(root, 'apps/station/assets', `${name}.js`);

/** The bundles as they would be written now: the same sources give the same bytes. */
export async function contributePage(): Promise<{ readonly path: string; readonly text: string }[]> {
  const made = await build({
    entryPoints: FILES.map((name) => join(root, 'apps/station/src/contribute-page', `${name}.ts`)),
    bundle: true,
    minify: true,
    write: false,
    outdir: join(root, 'apps/station/assets'),
    platform: 'browser',
    format: 'iife',
    target: 'es2022',
    charset: 'utf8',
    legalComments: 'none',
    absWorkingDir: root,
    logLevel: 'silent',
  });
  return made.outputFiles.map(({ path, text }) => ({ path, text }));
}

export const writtenPage = (): string[] => FILES.map((name) => readFileSync(target(name), 'utf8'));

if (import.meta.main) {
  mkdirSync(join(root, 'apps/station/assets'), { recursive: true });
  for (const { path, text } of await contributePage()) {
    writeFileSync(path, text);
    console.log(`${path}: ${text.length} characters`);
  }
}
