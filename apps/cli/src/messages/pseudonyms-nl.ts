/** What people read about pseudonyms, in Dutch. */
import type { pseudonymsEn } from './pseudonyms-en.ts';

export const pseudonymsNl: typeof pseudonymsEn = {
  pseudonymsGathering: (others) => `De sleutel wordt gemaakt met ${others}. Allen moeten nu draaien …`,
  pseudonymsHere: (party) => `${party} is er`,
  pseudonymsAgain: 'Een houder is opnieuw begonnen: het maken van de sleutel begint opnieuw',
  pseudonymsMade: (folder) => `De sleutel is gemaakt; niemand heeft hem. Uw deel staat in ${folder}: maak er een reservekopie van.`,
  pseudonymsThere: (folder) => `Het deel in ${folder} wordt gebruikt.`,
  pseudonymsServing: (askers, limit) =>
    `Beschikbaar voor ${askers}, elk voor hooguit ${limit.toLocaleString('nl')} records per dag. Ctrl-C beëindigt het. Het kenmerk van de sleutel, voor vragers:`,
  pseudonymsNobody:
    'Niemand mag vragen: laat stations toe met --allow KAART. Ctrl-C beëindigt het. Het kenmerk van de sleutel, voor vragers:',
  pseudonymsAnswered: (asker, records) => `${asker}: tot nu toe geholpen met ${records.toLocaleString('nl')} records`,
  pseudonymsMaking: (done, all) => `pseudoniemen: ${done.toLocaleString('nl')} van ${all.toLocaleString('nl')}`,
  pseudonymsLeftOut: (holder, why) => `Verder zonder ${holder}: ${why}`,
  pseudonymsWritten: (file, rows, distinct) =>
    `${file}: ${rows.toLocaleString('nl')} rijen, ${distinct.toLocaleString('nl')} verschillende pseudoniemen`,
  pseudonymsOut: (rows) => `${rows.toLocaleString('nl')} rijen zonder bruikbare sleutel zijn weggelaten`,
  pseudonymsEmpty: (rows) => `${rows.toLocaleString('nl')} rijen zonder bruikbare sleutel hebben geen pseudoniem`,
  pseudonymsKey: (purpose, epoch, id) => `Doel "${purpose}", periode ${epoch}, sleutel ${id}`,
};
