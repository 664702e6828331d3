import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { agreementSchema, columnSchema, columnUse, outputSchema, parseAgreementYaml, tableSchema } from '@sluis/model';
import type { Command } from 'commander';
import { buildProgram } from '../apps/cli/src/program.ts';
import { layout } from './layout.ts';
import { root, sources } from './workspaces.ts';

const read = (file: string) => readFileSync(join(root, file), 'utf8');
const documents = [
  ...readdirSync(root).filter((f) => f.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((f) => f.endsWith('.md'))
    .map((f) => `docs/${f}`),
].sort();

const withoutCode = (text: string) => text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, '');

/** Anchors that a heading gets: lower case, punctuation gone, spaces as hyphens. */
const anchors = (text: string) =>
  [...text.matchAll(/^#{1,6} (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .trim()
      .replace(/\s/g, '-'),
  );

test('every relative link leads to a file, and to a heading of it', () => {
  const broken: string[] = [];
  for (const document of documents) {
    for (const [, link = ''] of withoutCode(read(document)).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^(https?|mailto):/.test(link)) continue;
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(join(root, target))) broken.push(`${document}: ${link}`);
      else if (anchor !== undefined && !anchors(read(target)).includes(anchor)) broken.push(`${document}: ${link} (no such heading)`);
    }
  }
  assert.deepEqual(broken, []);
});

test('docs/layout.md is up to date (npm run layout)', () => {
  assert.ok(existsSync(join(root, 'docs', 'layout.md')), 'docs/layout.md is missing');
  assert.equal(read('docs/layout.md'), layout());
});

/** Words of a command as a shell splits them; null while a quote is open. */
function words(line: string): string[] | null {
  const found: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (const c of line) {
    if (quote !== '') {
      if (c === quote) quote = '';
      else word += c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (c === '#' && word === null) break;
    else if (c === '>' && word === null) break;
    else if (/\s/.test(c)) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? '') + c;
  }
  if (quote !== '') return null;
  return word === null ? found : [...found, word];
}

/** The `sluis` commands in code blocks, fenced or indented, with their arguments. */
function commands(text: string): string[][] {
  const found: string[][] = [];
  let open: string | null = null;
  let fenced = false;
  for (const line of text.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced;
    const start = /^(?:\$ )?(?:npx )?(sluis .*)$/.exec(fenced ? line : line.startsWith('    ') ? line.slice(4) : '');
    if (open === null && start === null) continue;
    const whole: string = open === null ? (start?.[1] ?? '') : `${open} ${line.trim()}`;
    const continues: boolean = whole.endsWith('\\');
    const split = words(whole.replace(/\\$/, ''));
    open = continues || split === null ? whole.replace(/\\$/, '') : null;
    if (open === null && split !== null) found.push(split.slice(1));
  }
  assert.equal(open, null, 'a command does not end');
  return found;
}

/** Makes every command do nothing but parse. */
function harmless(command: Command): Command {
  for (const child of command.commands) harmless(child as Command);
  if (command.commands.length === 0 || command.registeredArguments.length > 0) command.action(() => undefined);
  return command.configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
}

const parses = (args: readonly string[]) => harmless(buildProgram(true)).parseAsync([...args], { from: 'user' });

test('every sluis command in code blocks is one that the command line accepts', async () => {
  let seen = 0;
  for (const document of documents) {
    for (const args of commands(read(document))) {
      seen += 1;
      await assert.doesNotReject(parses(args), `${document}: sluis ${args.join(' ')}`);
    }
  }
  assert.ok(seen > 40, `${seen} commands were found`);
});

test('control: wrong commands are noticed', async () => {
  assert.deepEqual(commands('    sluis ask "a b" \\\n      --json # c\n'), [['ask', 'a b', '--json']]);
  for (const args of [['ask', 'x', '--jsno'], ['agree'], ['station', 'init', '--home', 'x'], ['dataset', 'connect']]) {
    await assert.rejects(parses(args), args.join(' '));
  }
});

test('every error code that the documents name is one that the code gives', () => {
  const code = ['packages', 'apps'].flatMap(sources).map(read).join('\n');
  const given = (name: string) => {
    const [area = '', what = ''] = name.split('/');
    // Some modules put an area before all their codes.
    return code.includes(`'${name}'`) || (code.includes(`\`${area}/\${`) && code.includes(`'${what}'`));
  };
  const areas = 'access|agreement|approve|dataset|engine|keys|ledger|plan|receipt|release|run|share|station|store|wire';
  const named = documents
    .filter((d) => !d.startsWith('docs/decisions') && d !== 'docs/layout.md')
    .flatMap((d) => [...read(d).matchAll(new RegExp(`\`((?:${areas})/[a-z-]+)\``, 'g'))].map(([, name = '']) => name));
  assert.ok(named.length > 30);
  assert.deepEqual(
    [...new Set(named)].filter((name) => !given(name)),
    [],
  );
});

test('the example in docs/agreement.md is a valid agreement', () => {
  const example = /<!-- docs\.test\.ts[^\n]*\n```yaml\n([\s\S]*?)^```/m.exec(read('docs/agreement.md'))?.[1] ?? '';
  let n = 0;
  const key: Record<string, () => string> = {
    identity: () => String(n).padStart(64, '0'),
    certificate: () => String(n).padStart(64, '1'),
    sealing: () => `${String(n).padStart(1621, 'A')}AA=`,
  };
  const whole = example.replace(/(identity|sealing|certificate): …/g, (_, name: string) => {
    n += 1;
    return `${name}: "${key[name]?.()}"`;
  });
  assert.equal(n, 12);
  assert.equal(parseAgreementYaml(whole, 'docs/agreement.md').collaboration, 'SecureNed');
});

test('docs/agreement.md has every field of an agreement, and every use in both tables of uses', () => {
  const text = read('docs/agreement.md') + read('docs/deposits.md');
  const fields = [agreementSchema, tableSchema, columnSchema, outputSchema].flatMap((schema) => Object.keys(schema.shape));
  assert.deepEqual(
    fields.filter((f) => !text.includes(`\`${f}`)),
    [],
  );
  for (const document of ['docs/agreement.md', 'docs/sql.md'])
    for (const use of columnUse.options) {
      const row = new RegExp(`^\\| \`${use}\` \\|.*$`, 'm').exec(read(document))?.[0] ?? '';
      assert.notEqual(row, '', `${document}: ${use}`);
      assert.doesNotMatch(row, /nothing|not yet/, `${document}: ${use}`);
    }
});
