/** What people read about pseudonyms, in Dutch. */
import type { pseudonymsEn } from './pseudonyms-en.ts';

const rowsOf = (n: number): string => `${n.toLocaleString('nl')} ${n === 1 ? 'rij' : 'rijen'}`;

export const pseudonymsNl: typeof pseudonymsEn = {
  pseudonymsGathering: (others) => `De sleutel wordt gemaakt met ${others}. Allen moeten nu draaien …`,
  pseudonymsHere: (party) => `${party} is er`,
  pseudonymsElsewhere: (party) => `${party} draait, maar doet iets anders: wachten`,
  pseudonymsAgain: 'Een houder is opnieuw begonnen: allen beginnen opnieuw',
  pseudonymsMade: (folder) => `De sleutel is gemaakt; niemand heeft hem. Uw deel staat in ${folder}: maak er een reservekopie van.`,
  pseudonymsThere: (folder, epoch) => `Het deel in ${folder} wordt gebruikt (periode ${epoch}).`,
  pseudonymsMaps: (previous, from, to) =>
    `Pseudoniemen van periode ${from} (sleutel ${previous}) worden omgezet naar periode ${to} tot "sluis pseudonyms finish"; onder de oude sleutel worden er geen meer gemaakt.`,
  pseudonymsSettling:
    'Een verandering van de sleutel is hier afgebroken: de anderen wordt gevraagd of allen het nieuwe deel hebben opgeslagen …',
  pseudonymsSettled: 'Dat is duidelijk: allen hebben hem opgeslagen en hij geldt, of hij is weggegooid.',
  pseudonymsUnsettled:
    'Niet alle anderen konden het zeggen. De geldende sleutel blijft gelden; laat allen opnieuw draaien wat is afgebroken: "sluis pseudonyms rotate" of "reshare".',
  pseudonymsRotating: (others) => `De volgende sleutel wordt gemaakt met ${others}. Allen moeten nu "sluis pseudonyms rotate" draaien …`,
  pseudonymsRotated: (epoch, folder) =>
    `De volgende sleutel (periode ${epoch}) geldt. Het oude deel blijft in ${folder} tot "sluis pseudonyms finish". Start "sluis pseudonyms hold" opnieuw. Het kenmerk van de volgende sleutel, voor vragers:`,
  pseudonymsResharing: (others) => `De sleutel wordt opnieuw verdeeld met ${others}. Allen moeten nu "sluis pseudonyms reshare" draaien …`,
  pseudonymsReshared: (folder) =>
    `Dezelfde sleutel is opnieuw verdeeld; uw nieuwe deel staat in ${folder}: maak er een reservekopie van, en wis die van het oude. Wie geen houder meer is, wist zijn map: oude delen vormen samen nog steeds de sleutel. Pseudoniemen blijven gelijk. Start "sluis pseudonyms hold" met de nieuwe voorwaarden. Het kenmerk van de sleutel blijft:`,
  pseudonymsFinishing: (key, from, to) =>
    `Dit wist het deel van sleutel ${key} (periode ${from}) en wat zijn pseudoniemen omzet naar periode ${to}. Als zoveel houders het gedaan hebben dat er minder dan de drempel over zijn, kan niemand bestanden die niet omgezet zijn nog omzetten. Wis ook reservekopieën van de map.`,
  pseudonymsFinished: (key, folder) => `${folder}: het deel van sleutel ${key} en wat zijn pseudoniemen omzet, zijn gewist`,
  pseudonymsNoKey: 'Hier heeft nooit een sleutel gegolden.',
  pseudonymsRecord: (epoch, key, how, threshold, holders, state) =>
    `Periode ${epoch}, sleutel ${key}: ${how}; ${threshold} van ${holders}; ${state}`,
  pseudonymsHow: { made: 'gemaakt', rotated: 'gewisseld uit de vorige', reshared: 'dezelfde sleutel, opnieuw verdeeld' },
  pseudonymsInForce: (since) => `geldt sinds ${since}`,
  pseudonymsStillKept: (since, until) => `gold van ${since} tot ${until}; het deel wordt nog bewaard`,
  pseudonymsDeleted: (since, until, deleted) => `gold van ${since} tot ${until}; het deel is gewist op ${deleted}`,
  pseudonymsPending: (epoch, key) => `Opgeslagen, geldt nog niet: periode ${epoch}, sleutel ${key}`,
  pseudonymsMapping: (from, to) => `Met deze map kunnen pseudoniemen van periode ${from} nog omgezet worden naar periode ${to}.`,
  pseudonymsRejected: (rows, column, reason) => `${rowsOf(rows)}: ${column}: ${reason}`,
  pseudonymsReasons: {
    missing: 'er staat niets',
    form: 'geen 64 hexadecimale cijfers',
    'not-a-pseudonym': 'geen sleutel maakt zo’n pseudoniem',
  },
  pseudonymsRemapped: (from, to) =>
    `Omgezet van periode ${from} naar ${to}. Wis het oude bestand en kopieën ervan: wie beide heeft, kan ze koppelen.`,
  pseudonymsServing: (askers, limit) =>
    `Beschikbaar voor ${askers}, elk voor hooguit ${limit.toLocaleString('nl')} records per dag. Ctrl-C beëindigt het. Het kenmerk van de sleutel, voor vragers:`,
  pseudonymsNobody:
    'Niemand mag vragen: laat stations toe met --allow KAART. Ctrl-C beëindigt het. Het kenmerk van de sleutel, voor vragers:',
  pseudonymsAnswered: (asker, records) => `${asker}: tot nu toe geholpen met ${records.toLocaleString('nl')} records`,
  pseudonymsMaking: (done, all) => `pseudoniemen: ${done.toLocaleString('nl')} van ${all.toLocaleString('nl')}`,
  pseudonymsLeftOut: (holder, why) => `Verder zonder ${holder}: ${why}`,
  pseudonymsWritten: (file, rows, distinct) => `${file}: ${rowsOf(rows)}, ${distinct.toLocaleString('nl')} verschillende pseudoniemen`,
  pseudonymsOut: (rows) => `${rowsOf(rows)} zonder bruikbare sleutel weggelaten`,
  pseudonymsEmpty: (rows) => `${rowsOf(rows)} zonder bruikbare sleutel, zonder pseudoniem gelaten`,
  pseudonymsKey: (purpose, epoch, id) => `Doel "${purpose}", periode ${epoch}, sleutel ${id}`,
};
