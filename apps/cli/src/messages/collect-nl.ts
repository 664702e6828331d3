/** What people read about collections, in Dutch. */
import type { collectEn } from './collect-en.ts';

export const collectNl: typeof collectEn = {
  collectNone: 'Er wordt niets verzameld onder een geldende afspraak van dit station.',
  collectHeadings: ['verzameling', 'meldingen', 'optellers', 'minstens', 'tot (UTC)', 'wacht', 'klaar', 'afgewezen', 'opgeteld'],
  collectThanks: (collection, aggregator) => `Uw melding aan "${collection}" is bij ${aggregator}.`,
  collectNoSum: 'Er is nog geen som gemaakt. Maak er een van alle meldingen die nog in geen som zitten, met: --release',
  collectSum: (release, reports, at) => `Som ${release} van ${reports} meldingen, gemaakt ${at}`,
  collectLocalHeadings: ['waarde', 'schatting', 'standaardfout', 'van', 'tot'],
  collectMean: 'gemiddelde',
  collectEstimates: (release, reports, at) => `Schattingen ${release} uit ${reports} meldingen, gemaakt ${at}`,
  collectLocal: (epsilon, mechanism, influence) =>
    `Elke melding is privé met ε = ${epsilon} (${mechanism}), ook voor wie haar verzamelt. Elke liegende melder verschuift een schatting hoogstens ${influence}. „Van” en „tot”: intervallen die ongeveer 95 van de 100 keer kloppen. Elke melding zit in één resultaat.`,
  collectExact: 'Exacte sommen: niet differentieel privé. Elke melding zit in één som.',
};
