/** The workspaces of this repository as their package.json files describe them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

export interface Workspace {
  readonly name: string;
  readonly folder: string;
  readonly floor: number;
  readonly description: string;
  readonly dependencies: readonly string[];
}

export function workspaces(): Workspace[] {
  return ['packages', 'apps'].flatMap((top) =>
    readdirSync(join(root, top))
      .filter((entry) => existsSync(join(root, top, entry, 'package.json')))
      .map((entry) => read(`${top}/${entry}`)),
  );
}

function read(folder: string): Workspace {
  const json = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<string, unknown>;
  if (typeof json['floor'] !== 'number') throw new Error(`${folder}/package.json has no "floor"`);
  return {
    name: String(json['name']),
    folder,
    floor: json['floor'],
    description: String(json['description'] ?? ''),
    dependencies: Object.keys((json['dependencies'] as Record<string, string> | undefined) ?? {}),
  };
}

/** TypeScript files under a folder, relative to the repository, sorted. */
export function sources(folder: string): string[] {
  const at = join(root, folder);
  if (!existsSync(at)) return [];
  return readdirSync(at, { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name.endsWith('.ts') && !e.parentPath.includes('node_modules'))
    .map((e) => join(e.parentPath, e.name).slice(root.length + 1))
    .sort();
}
