/**
 * Compiles the AssemblyScript of packages/kernels to WebAssembly and writes it, as base64, to TypeScript files that servers
 * and browser bundles import alike. Run: node scripts/build-kernels.ts. The results depend on the sources and the pinned
 * compiler only; a test of `kernels` builds them again and compares.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { root } from './workspaces.ts';

const PACKAGE = join(root, 'packages', 'kernels');
const COMMON = '--runtime stub --noAssert -O3 --enable simd'.split(' ');
/** Sixteen pages, laid out by src/module.ts; data of the compiler's own, of which there is none, would stand at 8192. */
const SMALL = '--initialMemory 16 --maximumMemory 16 --memoryBase 8192'.split(' ');
/** The memory comes from src/arena.ts; data of the compiler's own would be overwritten there, so there may be none. */
const ARENA = '--importMemory --initialMemory 1 --maximumMemory 65536'.split(' ');

export interface KernelModule {
  /** Below packages/kernels. */
  readonly folder: string;
  /** The TypeScript file, below packages/kernels/src. */
  readonly target: string;
  readonly options: readonly string[];
}

/** `assembly`, and an `assembly-NAME` for each module that works in an arena. */
export const kernelModules: readonly KernelModule[] = readdirSync(PACKAGE)
  .filter((folder) => folder === 'assembly' || folder.startsWith('assembly-'))
  .sort()
  .map((folder) =>
    folder === 'assembly'
      ? { folder, target: 'wasm-code.ts', options: SMALL }
      : { folder, target: `${folder.slice('assembly-'.length)}-wasm-code.ts`, options: ARENA },
  );

/** The compiled module. Throws Error with the compiler's messages if the sources do not compile. */
export async function compileKernels({ folder, options }: KernelModule): Promise<Uint8Array> {
  let code: Uint8Array | null = null;
  const messages: string[] = [];
  const { error } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', ...COMMON, ...options], {
    stderr: { write: (text: string | Uint8Array) => messages.push(String(text)) > 0 },
    readFile: (name) => read(join(PACKAGE, folder, name)),
    listFiles: () => [],
    writeFile: (_name, contents) => {
      code = contents as Uint8Array;
    },
  });
  if (error !== null || code === null) throw new Error(`${folder} does not compile:\n${messages.join('')}`, { cause: error });
  return code;
}

/** The file's text. */
export function kernelsModule({ folder }: KernelModule, code: Uint8Array): string {
  const lines =
    Buffer.from(code)
      .toString('base64')
      .match(/.{1,120}/g) ?? [];
  return [
    `/** Compiled by scripts/build-kernels.ts from packages/kernels/${folder}: change those, and build again. */`,
    'export const WASM_CODE: string = /* @__PURE__ */ [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

/** Where a module's text is kept. */
export const targetOf = ({ target }: KernelModule): string => join(PACKAGE, 'src', target);

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1]?.endsWith('build-kernels.ts')) {
  for (const module of kernelModules) {
    const code = await compileKernels(module);
    writeFileSync(targetOf(module), kernelsModule(module, code));
    console.log(`${module.folder}: ${code.length} bytes of WebAssembly`);
  }
}
