/**
 * Compiles packages/kernels/assembly to WebAssembly and writes it, as base64, to a TypeScript file that servers and
 * browser bundles import alike. Run: node scripts/build-kernels.ts. The result depends on the sources and the pinned
 * compiler only; a test of `kernels` builds it again and compares.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import asc from 'assemblyscript/asc';
import { root } from './workspaces.ts';

const FOLDER = join(root, 'packages', 'kernels', 'assembly');
const TARGET = join(root, 'packages', 'kernels', 'src', 'wasm-code.ts');
/** Sixteen pages, laid out by src/module.ts; data of the compiler's own, of which there is none, would stand at 8192. */
const OPTIONS = '--runtime stub --noAssert -O3 --enable simd --initialMemory 16 --maximumMemory 16 --memoryBase 8192'.split(' ');

/** The compiled module. Throws Error with the compiler's messages if the sources do not compile. */
export async function compileKernels(): Promise<Uint8Array> {
  let code: Uint8Array | null = null;
  const messages: string[] = [];
  const { error } = await asc.main(['index.ts', '--outFile', 'kernels.wasm', ...OPTIONS], {
    stderr: { write: (text: string | Uint8Array) => messages.push(String(text)) > 0 },
    readFile: (name) => read(join(FOLDER, name)),
    listFiles: () => [],
    writeFile: (_name, contents) => {
      code = contents as Uint8Array;
    },
  });
  if (error !== null || code === null) throw new Error(`the kernels do not compile:\n${messages.join('')}`, { cause: error });
  return code;
}

/** The file's text. */
export function kernelsModule(code: Uint8Array): string {
  const lines =
    Buffer.from(code)
      .toString('base64')
      .match(/.{1,120}/g) ?? [];
  return [
    '/** Compiled by scripts/build-kernels.ts from packages/kernels/assembly: change those, and build again. */',
    'export const WASM_CODE: string = [',
    ...lines.map((line) => `  '${line}',`),
    "].join('');",
    '',
  ].join('\n');
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

if (process.argv[1]?.endsWith('build-kernels.ts')) {
  const code = await compileKernels();
  writeFileSync(TARGET, kernelsModule(code));
  console.log(`${code.length} bytes of WebAssembly written to ${TARGET.slice(root.length + 1)}.`);
}
