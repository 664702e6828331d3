/** The contributor's page and its files: the same for everybody, nothing in it is of this station but its name. */
import { readFile } from 'node:fs/promises';
import { type Context, Hono } from 'hono';
import { type Language, pageHtml } from '../contribute-page/html.ts';
import type { Services } from './services.ts';

const PAGE = '/contribute/';
const FILES: Readonly<Record<string, string>> = {
  'page.js': 'text/javascript; charset=utf-8',
  'worker.js': 'text/javascript; charset=utf-8',
  'page.css': 'text/css; charset=utf-8',
};
/** Only what this station serves, and the small WebAssembly that the worker holds. */
const POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; connect-src 'self'; worker-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const isPage = (path: string): boolean =>
  path === '/contribute' || (path.startsWith(PAGE) && !path.slice(PAGE.length).includes('/'));

export function contributePageRoutes({ station }: Services): Hono {
  const app = new Hono();
  app.get('/contribute', (c) => c.redirect(PAGE, 308));
  app.get(PAGE, (c) => {
    headers(c);
    return c.html(pageHtml(languageOf(c), station.organisation));
  });
  for (const [name, type] of Object.entries(FILES)) {
    app.get(`${PAGE}${name}`, async (c) => {
      headers(c);
      return c.body(await readFile(new URL(`../../assets/${name}`, import.meta.url), 'utf8'), 200, { 'content-type': type });
    });
  }
  return app;
}

function headers(c: Context): void {
  c.header('content-security-policy', POLICY);
  c.header('x-content-type-options', 'nosniff');
  c.header('referrer-policy', 'no-referrer');
  c.header('cross-origin-opener-policy', 'same-origin');
}

function languageOf(c: Context): Language {
  const asked = c.req.query('lang') ?? c.req.header('accept-language') ?? '';
  return /^nl\b/i.test(asked) ? 'nl' : 'en';
}
