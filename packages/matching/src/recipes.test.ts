/** What each recipe gives, frozen: a change here is a new version of the recipe, never another expectation. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { domainToASCII } from 'node:url';
import { type KeyPart, type Reading, recipeOf, recipes } from './index.ts';

const read = (part: KeyPart, text: string): string => {
  const reading: Reading = recipeOf(part.recipe).reader(part)(text);
  return typeof reading === 'string' ? reading : `! ${reading.rejected}`;
};

/** Recipe with options, then text and its normal form (or "! reason"). */
const frozen: readonly (readonly [string | KeyPart, Readonly<Record<string, string>>])[] = [
  ['exact@1', { 'Jan ': 'Jan ', é: 'é', 'e\u0301': 'e\u0301', '': '! missing' }],
  [
    'text@1',
    {
      '  Jan   Smit ': 'jan smit',
      STRASSE: 'strasse',
      Straße: 'strasse',
      STRAẞE: 'strasse',
      'I\u0307\u0307': 'i',
      ＡＢＣ: 'abc',
      'ΟΔΟΣ οδός': 'οδοσ οδόσ',
      'e\u0301': 'é',
      ĳs: 'ijs',
      ﬁets: 'fiets',
      'a\u00adb\u200bc': 'abc',
      İzmir: 'izmir',
      'a\t\u00a0b': 'a b',
      ' \u00a0 ': '! missing',
    },
  ],
  [
    'name@1',
    {
      "O'Brien": 'obrien',
      'O’Brien': 'obrien',
      OBRIEN: 'obrien',
      'Çelik-Özgür': 'celik ozgur',
      'Łukasz Ørsted': 'lukasz orsted',
      'St. John': 'st john',
      'Jansen - de Vries': 'jansen de vries',
      Müller: 'muller',
      Ærø: 'aero',
      Þór: 'thor',
      Ĳssel: 'ijssel',
      'Иван Ёлкин': 'иван елкин',
      ヤマダ: 'ヤマダ',
      ﾔﾏﾀﾞ: 'ヤマダ',
      मीरा: 'मीरा',
      '--': '! missing',
    },
  ],
  [
    'surname-nl@1',
    {
      'van der Berg': 'berg',
      'Berg, van der': 'berg',
      'v.d. Berg': 'berg',
      'v/d Berg': 'berg',
      'VAN DEN BERG': 'berg',
      "van 't Hof": 'hof',
      "in 't Veld": 'veld',
      Dijkstra: 'dykstra',
      Dykstra: 'dykstra',
      DĲKSTRA: 'dykstra',
      Dÿkstra: 'dykstra',
      'de Vries-van Dijk': 'vries van dyk',
      De: 'de',
      'Berg, Jan': 'berg jan',
      'Berg，van der': 'berg',
      'Berg,': 'berg',
      ', van': 'van',
      'y\u0308kstra': 'ykstra',
      '': '! missing',
    },
  ],
  ['initial@1', { Élodie: 'e', ' jan': 'j', '7': '7', '!': '! missing' }],
  [
    'date@1',
    {
      '1980-04-03': '19800403',
      '19800403': '19800403',
      '1980/4/3': '19800403',
      '3 april 1980': '19800403',
      '3 apr. 1980': '19800403',
      '3-mei-1980': '19800503',
      'April 3, 1980': '19800403',
      '1980-04-03 00:00:00': '19800403',
      '1980-04-03T00:00:00.000Z': '19800403',
      '1980-04-03 12:00:00': '! form',
      '03-04-1980': '! ambiguous',
      '04-04-1980': '19800404',
      '3-4-80': '! form',
      '2023-02-29': '! no-such-date',
      '2024-02-29': '20240229',
      '1900-02-29': '! no-such-date',
      '19801301': '! no-such-date',
      '0000-00-00': '! no-such-date',
      '1980-4/3': '! form',
      '３ ａｐｒｉｌ １９８０': '19800403',
      ' ': '! missing',
    },
  ],
  [
    { recipe: 'date@1', order: 'dmy' },
    { '03-04-1980': '19800403', '03041980': '19800403', '31.12.1999': '19991231', '1980-04-03': '19800403' },
  ],
  [
    { recipe: 'date@1', order: 'mdy' },
    { '03/04/1980': '19800304', '12/31/1999': '19991231', '31/12/1999': '! no-such-date' },
  ],
  [
    { recipe: 'date@1', between: ['1900-01-01', '2026-12-31'] },
    { '1899-12-31': '! out-of-bounds', '1900-01-01': '19000101' },
  ],
  [
    { recipe: 'year@1', order: 'dmy' },
    { '03-04-1980': '1980', x: '! form' },
  ],
  [
    'email@1',
    {
      ' Jan.Smit+Shop@Example.ORG ': 'jan.smit+shop@example.org',
      'jan@bücher.example': 'jan@xn--bcher-kva.example',
      'jan@xn--bcher-kva.example': 'jan@xn--bcher-kva.example',
      'jan@example.org.': 'jan@example.org',
      'jan@localhost': '! form',
      'jan..smit@example.org': '! characters',
      'jan smit@example.org': '! characters',
      '"jan smit"@example.org': '! characters',
      'Jan <jan@example.org>': '! characters',
      '@example.org': '! form',
      'jan@': '! form',
      jan: '! form',
      [`${'a'.repeat(65)}@example.org`]: '! length',
      '': '! missing',
    },
  ],
  ['email-without-tag@1', { 'jan+shop@example.org': 'jan@example.org', '+x@example.org': '+x@example.org' }],
  [
    'domain@1',
    {
      'Example.ORG.': 'example.org',
      'example[.]org': 'example.org',
      'bücher.example': 'xn--bcher-kva.example',
      'BÜCHER.example': 'xn--bcher-kva.example',
      'faß.de': 'xn--fa-hia.de',
      '例え。テスト': 'xn--r8jz45g.xn--zckzah',
      'xn--bcher-kva.example': 'xn--bcher-kva.example',
      'XN--BCHER-KVA.example': 'xn--bcher-kva.example',
      'xn--bcher-.example': '! form',
      'xn--a-.example': '! form',
      'a_b.example': '! characters',
      '-a.example': '! form',
      'a..example': '! form',
      localhost: '! form',
      '192.0.2.1': '! form',
      [`${'a'.repeat(64)}.example`]: '! form',
      '.': '! missing',
    },
  ],
  [
    'ip@1',
    {
      '192.0.2.1': '192.0.2.1',
      '192[.]0[.]2[.]1': '192.0.2.1',
      '192.0.2.01': '! form',
      '256.0.2.1': '! form',
      '192.0.2': '! form',
      '2001:DB8::1': '2001:db8::1',
      '2001:0db8:0000:0000:0000:0000:0000:0001': '2001:db8::1',
      '2001:db8:0:1:1:1:1:1': '2001:db8:0:1:1:1:1:1',
      '2001:db8:0:0:1:0:0:1': '2001:db8::1:0:0:1',
      '2001:0:0:1:0:0:0:1': '2001:0:0:1::1',
      '::': '::',
      '::1': '::1',
      '1::': '1::',
      '::ffff:192.0.2.1': '192.0.2.1',
      '::FFFF:c000:0201': '192.0.2.1',
      '64:ff9b::192.0.2.33': '64:ff9b::c000:221',
      '[2001:db8::1]': '2001:db8::1',
      'fe80::1%eth0': '! form',
      '1:2:3:4:5:6:7': '! form',
      '1:2:3:4:5:6:7::8': '! form',
      '1:2:3:4::5:6:7:8': '! form',
      '1::2::3': '! form',
      '1.2.3.4::': '! form',
      ':1:2:3:4:5:6:7': '! form',
      '': '! missing',
    },
  ],
  [
    { recipe: 'phone@1', country: 'NL' },
    {
      '06-12 34 56 78': '+31612345678',
      '0031 6 12345678': '+31612345678',
      '+31 (0)6 12345678': '+31612345678',
      '+31 06 12345678': '+31612345678',
      'tel:+31-6-12345678': '+31612345678',
      '(020) 123 45 67': '+31201234567',
      '+32 2 123 45 67': '+3221234567',
      '+1 (212) 555-0100': '+12125550100',
      '+351 21 123 4567': '+351211234567',
      '612345678': '! ambiguous',
      '06-1234567': '! length',
      '+31 6 123456789': '! length',
      '06 12345678 tst 3': '! characters',
      '+': '! characters',
      '': '! missing',
    },
  ],
  [
    { recipe: 'phone@1', country: 'US' },
    { '(212) 555-0100': '+12125550100', '1-212-555-0100': '+12125550100' },
  ],
  [{ recipe: 'phone@1', country: 'IT' }, { '06 1234 5678': '+390612345678' }],
  ['postcode-nl@1', { '1234 ab': '1234AB', '1234AB': '1234AB', '0123 AB': '! form', '1234 SS': '! form', '12345': '! form' }],
  [
    'house-number-nl@1',
    {
      '12': '12',
      '012': '12',
      '12a': '12-A',
      '12 - A': '12-A',
      '12-II': '12-II',
      '12 bis': '12-BIS',
      '12 A 2': '12-A2',
      '12 2': '12-2',
      '12/2': '12-2',
      a: '! form',
      '0': '! form',
    },
  ],
  [
    'address-nl@1',
    {
      'Kerkstraat 12-a, 1234 AB Utrecht': '1234AB/12-A',
      '1234AB 12 A': '1234AB/12-A',
      'Plein 1944 7, 6511 JD Nijmegen': '6511JD/7',
      'Kerkstraat, 1234 AB Utrecht': '! form',
      'Kerkstraat 12/2 1234AB': '1234AB/12-2',
      'Kerkstraat 12': '! form',
    },
  ],
  ['integer@1', { '+007': '7', '-0': '0', '−12': '-12', '1.0': '! form', '1,000': '! form', '': '! missing' }],
  ['decimal@1', { '007.50': '7.5', '-0.00': '0', '3.': '3', '.5': '! form', '1e3': '! form', '10': '10', '100.000': '100' }],
  [
    { recipe: 'integer@1', between: ['1', '10'] },
    { '10': '10', '11': '! out-of-bounds', '-5': '! out-of-bounds' },
  ],
  ['digits@1', { '0012-34.5/6': '00123456', '12a': '! characters' }],
  [
    'bsn@1',
    {
      '111222333': '111222333',
      '1112.22.333': '111222333',
      '123456782': '123456782',
      '10000008': '010000008',
      '111222334': '! check-digit',
      '000000000': '! check-digit',
      '1234567': '! length',
    },
  ],
  ['luhn@1', { '4111 1111 1111 1111': '4111111111111111', '4111111111111112': '! check-digit' }],
  [
    'ean@1',
    {
      '4006381333931': '04006381333931',
      '036000291452': '00036000291452',
      '0036000291452': '00036000291452',
      '73513537': '00000073513537',
      '4006381333932': '! check-digit',
      '123': '! length',
    },
  ],
  [
    'isbn@1',
    {
      '0-306-40615-2': '9780306406157',
      '978-0-306-40615-7': '9780306406157',
      'ISBN 080442957X': '9780804429573',
      '0306406153': '! check-digit',
    },
  ],
  ['lei@1', { '5493001KJTIIGC8Y1R12': '5493001KJTIIGC8Y1R12', '5493001KJTIIGC8Y1R13': '! check-digit' }],
  ['kvk@1', { '1234 5678': '12345678', '1234567': '! length' }],
  ['digest@1', { D41D8CD98F00B204E9800998ECF8427E: 'd41d8cd98f00b204e9800998ecf8427e', abc: '! length', xyz: '! characters' }],
  [
    'iban@1',
    {
      'nl91 abna 0417 1643 00': 'NL91ABNA0417164300',
      'GB82 WEST 1234 5698 7654 32': 'GB82WEST12345698765432',
      NL91ABNA0417164301: '! check-digit',
      NL91ABNA041716430: '! length',
      XX91ABNA0417164300: '! country',
      '12': '! characters',
    },
  ],
  ['soundex@1', { Robert: 'R163', Rupert: 'R163', Ashcraft: 'A261', Tymczak: 'T522', Pfister: 'P236', Lee: 'L000', Иван: '! missing' }],
  ['cologne@1', { 'Müller-Lüdenscheidt': '65752682', Wikipedia: '3412', Breschnew: '17863', Meyer: '67', Maier: '67', Philipp: '351' }],
  [
    'phonetic-nl@1',
    {
      Dijkstra: 'DKSTR',
      'van Dykstra': 'DKSTR',
      Meijer: 'MR',
      Meyer: 'MR',
      Smit: 'SMT',
      Schmidt: 'SMT',
      Bosch: 'BS',
      Kox: 'KKS',
      Cox: 'KKS',
    },
  ],
];

for (const [given, cases] of frozen) {
  const part = typeof given === 'string' ? { recipe: given } : given;
  test(`${part.recipe} ${Object.keys(part).length > 1 ? JSON.stringify(given) : ''}`, () => {
    for (const [text, expected] of Object.entries(cases)) assert.equal(read(part, text), expected, JSON.stringify(text));
  });
}

test('every recipe has frozen cases', () => {
  const tested = new Set(frozen.map(([given]) => (typeof given === 'string' ? given : given.recipe)));
  assert.deepEqual(
    [...recipes.keys()].filter((id) => !tested.has(id)),
    [],
  );
});

test('domains are as the platform writes them', () => {
  const names = [
    'bücher.example',
    'faß.de',
    'ΒΌΛΟΣ.example',
    '例え.テスト',
    'İstanbul.example',
    'ＥＸＡＭＰＬＥ.org',
    'münchen.de',
    'президент.рф',
    'موقع.example',
    'a-b.example',
  ];
  for (const name of names) assert.equal(read({ recipe: 'domain@1' }, name), domainToASCII(name), name);
});

test('addresses are as the platform writes them', () => {
  for (const ip of ['2001:DB8:0:0:8:800:200C:417A', 'FF01::101', '0:0:0:0:0:0:0:1', '1:0:0:2:0:0:0:3', '::1.2.3.4']) {
    assert.equal(`[${read({ recipe: 'ip@1' }, ip)}]`, new URL(`http://[${ip}]`).hostname, ip);
  }
});
