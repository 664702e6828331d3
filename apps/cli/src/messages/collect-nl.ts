/** What people read about collections, in Dutch. */
import type { collectEn } from './collect-en.ts';

export const collectNl: typeof collectEn = {
  collectNone: 'Er wordt niets verzameld onder een geldende overeenkomst van dit station.',
  collectHeadings: ['verzameling', 'meldingen', 'optellers', 'minstens', 'tot (UTC)', 'wacht', 'klaar', 'afgewezen', 'opgeteld'],
  collectThanks: (collection, aggregator) => `Uw melding aan "${collection}" is bij ${aggregator}.`,
  collectNoSum: 'Er is nog geen som gemaakt. Maak er een van alle meldingen die nog in geen som zitten, met: --release',
  collectSum: (release, reports, at) => `Som ${release} van ${reports} meldingen, gemaakt ${at}`,
  collectExact: 'Exacte sommen: niet differentieel privé. Elke melding zit in één som.',
};
