/** What people read about terms of matching that were measured on a labelled sample, in Dutch. */
import type { measureEn } from './measure-en.ts';

const n = (count: number) => count.toLocaleString('nl');
const share = (value: number) => value.toLocaleString('nl', { minimumFractionDigits: 3, maximumFractionDigits: 3 });
/** Never 1 for what is less. */
const near = (value: number) => share(value < 1 ? Math.min(value, 0.999) : value);
const down = (value: number) => share(Math.floor(value * 1000) / 1000);
const up = (value: number) => share(Math.ceil(value * 1000) / 1000);

export const measureNl: typeof measureEn = {
  measureNumber: n,
  measureShare: ({ value, low, high }) => `${near(value)} (${down(low)} tot ${up(high)})`,
  measureSample: (files, rows, pairs) =>
    `Steekproef: ${n(rows[0])} rijen van ${files[0]}, ${n(rows[1])} rijen van ${files[1]}; ${n(pairs)} ware paren.`,
  measureLeftOut: (rows) =>
    `Weggelaten, omdat niemand zegt over wie ze gaan: ${n(rows[0])} rijen van het eerste bestand, ${n(rows[1])} van het tweede.`,
  measureRepeated: (people) =>
    `Meer rijen over dezelfde persoon: ${n(people[0])} personen in het eerste bestand, ${n(people[1])} in het tweede. Elk paar rijen met gelijke waarheid telt als waar paar.`,
  measureHeadings: ['gekoppeld door', 'paren', 'waar', 'precisie', 'recall'],
  measureKey: (key) => `sleutel ${key}`,
  measureInOrder: 'sleutels op volgorde',
  measureLikeness: (percent, agreed) => `gelijkenis ${percent} %${agreed ? ' (volgens de afspraken)' : ''}`,
  measureWithKeys: (percent, agreed) => `sleutels op volgorde, of gelijkenis ${percent} %${agreed ? ' (volgens de afspraken)' : ''}`,
  measureMeaning: [
    'Op volgorde: een rij van het eerste bestand wordt gekoppeld door de eerste van haar sleutels die het tweede bestand ook heeft.',
    'Precisie: hoeveel van de gekoppelde paren waar zijn. Recall: hoeveel van de ware paren gekoppeld zijn. Tussen haakjes: het 95%-interval.',
    'De intervallen gelden voor gegevens zoals deze steekproef. Waar minder rijen een partner hebben dan hier, is de precisie lager. Afspraken die op een steekproef gekozen zijn, doen het daar beter dan elders: meet nog eens op rijen die niet gebruikt zijn om te kiezen.',
  ],
  measureBlockHeadings: ['bloksleutel', 'paren', 'waar', 'maximum_pairs'],
  measureFits: (maximum, fits) => (fits ? n(maximum) : `${n(maximum)}: TE WEINIG`),
  measureOverflow: (blocks) =>
    `Een run over deze rijen zou niets tonen: meer paren dan maximum_pairs voor ${blocks}. Verhoog het, of maak de bloksleutel fijner.`,
  measureGrowth: 'Paren groeien met beide kanten: tabellen die tien keer zo lang zijn, maken er ongeveer honderd keer zoveel.',
  measureNeverCompared: (pairs, of) =>
    `${n(pairs)} van de ${n(of)} ware paren hebben geen bloksleutel gemeen: gelijkenis vindt ze bij geen enkele drempel.`,
  measureEmpty: (rows) =>
    `Rijen zonder enige waarde om op gelijkenis te vergelijken: ${n(rows[0])} van het eerste bestand, ${n(rows[1])} van het tweede.`,
  measureWrong: 'Ten onrechte gekoppeld, rij van het eerste en van het tweede bestand:',
  measureMissed: 'Gemist, rij van het eerste en van het tweede bestand:',
  measureNone: 'geen',
  measureByKey: (key) => `gelijke sleutel ${key}`,
  measureByLikeness: (percent, block) => `gelijkenis ${percent} %, vergeleken door bloksleutel ${block}`,
  measureNoBlock: (percent) => `geen bloksleutel gemeen (gelijkenis ${percent} %)`,
  measureNoKey: 'geen sleutel gemeen',
};
