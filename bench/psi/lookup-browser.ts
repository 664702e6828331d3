/** The browser's build of private lookup: bundled as for a page, and run in Chromium; where there is none, in Node's V8. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { root } from '../../scripts/workspaces.ts';
import type { Speed } from './lookup-question-speed.ts';

const BROWSER = '/usr/bin/chromium';

/** A module that a page can load; it puts `questionSpeed` on the global object. */
export async function browserBundle(): Promise<string> {
  const made = await build({
    stdin: {
      contents: "import { questionSpeed } from './bench/psi/lookup-question-speed.ts'; globalThis.questionSpeed = questionSpeed;",
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    write: false,
    platform: 'browser',
    format: 'esm',
    target: 'es2022',
    logLevel: 'silent',
  });
  return made.outputFiles[0]?.text ?? '';
}

export interface BrowserSpeed extends Speed {
  readonly where: 'Chromium' | "the browser's build in Node";
  readonly bundleBytes: number;
}

export async function browserSpeed(questions: number): Promise<BrowserSpeed> {
  const bundle = await browserBundle();
  const chromium = existsSync(BROWSER);
  const speed = chromium ? await inChromium(bundle, questions) : await inNode(bundle, questions);
  return { ...speed, where: chromium ? 'Chromium' : "the browser's build in Node", bundleBytes: Buffer.byteLength(bundle) };
}

async function inChromium(bundle: string, questions: number): Promise<Speed> {
  const { chromium } = await import('playwright-core');
  const browser = await chromium.launch({ executablePath: BROWSER, args: ['--no-sandbox'] });
  try {
    const page = await browser.newPage();
    await page.addScriptTag({ content: bundle, type: 'module' });
    await page.waitForFunction('globalThis.questionSpeed !== undefined');
    return (await page.evaluate(`globalThis.questionSpeed(${questions})`)) as Speed;
  } finally {
    await browser.close();
  }
}

async function inNode(bundle: string, questions: number): Promise<Speed> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-bundle-'));
  try {
    const path = join(folder, 'bundle.mjs');
    writeFileSync(path, bundle);
    await import(pathToFileURL(path).href);
    return await (globalThis as unknown as { questionSpeed: (n: number) => Promise<Speed> }).questionSpeed(questions);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
