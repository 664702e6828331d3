import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InvalidError } from '@sluis/base';
import { sampleAgreement } from './agreement-fixture.test.ts';
import { agreementId } from './agreement-id.ts';
import { serialiseAgreementYaml } from './agreement-serialise.ts';
import { parseAgreementYaml } from './agreement-yaml.ts';

function linesOf(text: string): string[] {
  let lines: string[] = [];
  assert.throws(
    () => parseAgreementYaml(text, 'a.yaml'),
    (e) => {
      assert.ok(e instanceof InvalidError);
      assert.equal(e.code, 'agreement/invalid');
      lines = e.message.split('\n');
      return true;
    },
  );
  for (const line of lines) assert.match(line, /^a\.yaml:\d+:\d+: .+ — .+$/);
  return lines;
}

const good = () => serialiseAgreementYaml(sampleAgreement());
const placeOf = (text: string, part: string) => {
  const before = text.slice(0, text.indexOf(part));
  return `a.yaml:${before.split('\n').length}:${before.length - before.lastIndexOf('\n')}:`;
};

test('written YAML reads back as the same agreement, with comments for people', () => {
  const agreement = sampleAgreement();
  const text = serialiseAgreementYaml(agreement);
  assert.deepEqual(parseAgreementYaml(text, 'a.yaml'), agreement);
  assert.equal(agreementId(parseAgreementYaml(text, 'a.yaml')), agreementId(agreement));
  assert.match(text, /# .*Any two of them together can reconstruct/);
});

test('decimals and codes keep the digits that were written', () => {
  const text = good().replace('bounds: [ 0, "1000000.50" ]', 'bounds: [ 0.10, 99999999.90 ]').replace('"0123"', '0077');
  const columns = parseAgreementYaml(text, 'a.yaml').tables['incidents']?.columns;
  assert.deepEqual(columns?.['cost']?.bounds, ['0.10', '99999999.90']);
  assert.deepEqual(columns?.['sector']?.domain, { values: ['Energy', 'Finance', '0077'] });
});

test('all problems are told at once, each at its place', () => {
  const text = good()
    .replace('[ Energy, Finance, "0123" ]', '[ Energy, Finance, Energy ]')
    .replace('[ 1, 5 ]', '[ 5, 1 ]')
    .replace('receivers: [ centre ]', 'receivers: [ nobody ]');
  const lines = linesOf(text);
  assert.equal(lines.length, 3, lines.join('\n'));
  assert.ok(lines.some((l) => l.startsWith(placeOf(text, 'nobody')) && l.includes('none of the organisations')));
  assert.ok(lines.some((l) => l.includes('stands twice')));
  assert.ok(lines.some((l) => l.includes('ends before it begins')));
});

test('schema problems have places too: unknown, missing and wrong entries', () => {
  const text = good()
    .replace('minimum_rows: 5', 'minimum_row: 5')
    .replace(/purpose: .*\n/, '');
  const lines = linesOf(text);
  assert.ok(lines.some((l) => l.startsWith(placeOf(text, 'minimum_row')) && l.includes('"minimum_row" is not known')));
  assert.ok(lines.some((l) => l.includes('"purpose" is missing')));
});

test('duplicate keys, anchors, aliases, tags, several documents and deep nesting are refused', () => {
  const text = good();
  assert.ok(linesOf(`${text}version: 2\n`)[0]?.includes('unique'));
  assert.ok(linesOf(text.replace('receivers: [ centre ]', 'receivers: &r [ centre ]')).some((l) => l.includes('anchors')));
  assert.ok(linesOf('a: &x [1]\nb: [*x, *x]\n').some((l) => l.includes('aliases')));
  assert.ok(linesOf('a: !thing 1\n').some((l) => l.includes('tag')));
  linesOf(`${text}---\n${text}`);
  linesOf(`a: ${'['.repeat(200)}${']'.repeat(200)}\n`);
  linesOf(`a: ${'['.repeat(50_000)}`);
  linesOf('__proto__: 1\n');
  linesOf('');
  linesOf('- 1\n');
});
