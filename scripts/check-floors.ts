/** Fails on imports from the same or a higher floor, on undeclared dependencies, and on cryptography outside `crypto`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, sources, workspaces, type Workspace } from './workspaces.ts';

const CRYPTO_MODULES = /^(node:crypto|crypto|@noble\/.*|@hpke\/.*|@peculiar\/.*|hash-wasm|sodium-native|libsodium-.*|age-encryption)$/;
/** `cli` starts a station in its own process tree; both stand on the top floor. */
const SIDEWAYS: Readonly<Record<string, readonly string[]>> = { '@sluis/cli': ['@sluis/station'] };

/** Import specifiers of a module's text (static, dynamic and type-only). */
export function importsOf(text: string): string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import\s*|(?:import|export)\b[^'";]*?\sfrom\s*)['"]([^'"\n]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)/g,
  );
  return [...found].map((m) => m[1] ?? m[2] ?? '').filter((s) => s !== '');
}

export function problemsOf(workspace: Workspace, all: ReadonlyMap<string, Workspace>, file: string, text: string): string[] {
  const test = /\.(test|contract)\.ts$/.test(file) || /\/(simulation|fixtures)\//.test(file);
  return importsOf(text).flatMap((specifier) => {
    if (specifier.startsWith('.')) {
      // What launchers share with programs is plain JavaScript, in `bin`.
      return /\.(ts|json)$|\/bin\/[a-z-]+\.js$/.test(specifier) ? [] : [`${file}: "${specifier}" lacks its extension`];
    }
    const name = specifier.startsWith('@') ? specifier.split('/').slice(0, 2).join('/') : (specifier.split('/')[0] ?? '');
    const problems: string[] = [];
    if (CRYPTO_MODULES.test(specifier) && workspace.name !== '@sluis/crypto' && !test) {
      problems.push(`${file}: only @sluis/crypto may import "${specifier}"`);
    }
    if (specifier.startsWith('node:') || test) return problems;
    if (name !== workspace.name && !workspace.dependencies.includes(name))
      problems.push(`${file}: "${name}" is not declared in ${workspace.folder}/package.json`);
    const target = all.get(name);
    if (target !== undefined && target.floor >= workspace.floor && !SIDEWAYS[workspace.name]?.includes(name) && name !== workspace.name) {
      problems.push(`${file}: floor ${workspace.floor} may not import "${name}" of floor ${target.floor}`);
    }
    return problems;
  });
}

export function checkFloors(): string[] {
  const list = workspaces();
  const all = new Map(list.map((w) => [w.name, w]));
  return list.flatMap((w) =>
    sources(`${w.folder}/src`).flatMap((file) => problemsOf(w, all, file, readFileSync(join(root, file), 'utf8'))),
  );
}

if (process.argv[1]?.endsWith('check-floors.ts')) {
  const problems = checkFloors();
  for (const problem of problems) console.error(problem);
  console.log(problems.length === 0 ? 'Floors are kept.' : `${problems.length} floor problems.`);
  process.exitCode = problems.length === 0 ? 0 : 1;
}
