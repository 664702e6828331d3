/** The same intersection in headless Chromium and in Node, both sides in one thread each. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { type Browser, chromium } from 'playwright-core';
import type { BothSides, bothSides } from './both-sides.ts';

export const CHROMIUM = '/usr/bin/chromium';
const PROGRAM = fileURLToPath(new URL('./both-sides.ts', import.meta.url));

/** A page on which `bothSides` can be called. Close it when done. */
export class IntersectionPage {
  readonly #browser: Browser;
  readonly #call: (...args: Parameters<typeof bothSides>) => Promise<BothSides>;

  private constructor(browser: Browser, call: (...args: Parameters<typeof bothSides>) => Promise<BothSides>) {
    this.#browser = browser;
    this.#call = call;
  }

  /** Whether there is a browser on this machine. */
  static get possible(): boolean {
    return existsSync(CHROMIUM);
  }

  static async open(): Promise<IntersectionPage> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox'] });
    const page = await browser.newPage();
    await page.addScriptTag({ content: await bundle() });
    return new IntersectionPage(browser, (n, protocol, threat) =>
      page.evaluate(
        ([size, name, model]) => (globalThis as unknown as { sluis: { bothSides: typeof bothSides } }).sluis.bothSides(size, name, model),
        [n, protocol, threat] as const,
      ),
    );
  }

  run(...args: Parameters<typeof bothSides>): Promise<BothSides> {
    return this.#call(...args);
  }

  close(): Promise<void> {
    return this.#browser.close();
  }
}

/** The program for browsers: what Node alone has makes the bundle fail. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [PROGRAM],
    bundle: true,
    write: false,
    platform: 'browser',
    format: 'iife',
    globalName: 'sluis',
    target: 'es2024',
    logLevel: 'silent',
  });
  const [file] = outputFiles;
  if (file === undefined) throw new Error('the bundle is empty');
  return file.text;
}
