/** What people read about private lookup, in Dutch. */
import type { lookupEn } from './lookup-en.ts';

const rowsOf = (n: number): string => `${n.toLocaleString('nl')} ${n === 1 ? 'rij' : 'rijen'}`;

export const lookupNl: typeof lookupEn = {
  lookupEvaluating: (done, all) => `regels berekenen: ${done.toLocaleString('nl')} van ${all.toLocaleString('nl')}`,
  lookupDownloading: (done, all) => `ophalen: deel ${done} van ${all}`,
  lookupPublished: (database, version, entries, size) =>
    `"${database}", versie ${version}: ${entries.toLocaleString('nl')} regels, ${size} gepubliceerd`,
  lookupUnchanged: (database, version) => `"${database}", versie ${version}: ongewijzigd`,
  lookupChanges: (added, removed) => `${added.toLocaleString('nl')} toegevoegd of gewijzigd, ${removed.toLocaleString('nl')} verwijderd`,
  lookupRejected: (rows) => `${rowsOf(rows)} zonder bruikbaar kenmerk weggelaten`,
  lookupDuplicates: (rows) => `${rowsOf(rows)} met een kenmerk dat al in een andere rij staat, geteld als één`,
  lookupServing: (who, limit, window) =>
    `Beschikbaar voor ${who}, hooguit ${limit.toLocaleString('nl')} kenmerken elk per ${window}. Ctrl-C beëindigt het. Geef mensen dit adres:`,
  lookupEverybody: 'iedereen die het adres heeft',
  lookupClients: (count) => `${count} ${count === 1 ? 'vrager' : 'vragers'}`,
  lookupSeconds: (seconds) => (seconds === 86_400 ? 'een dag' : seconds === 3600 ? 'een uur' : `${seconds.toLocaleString('nl')} seconden`),
  lookupAnswered: (total) => `tot nu toe ${total.toLocaleString('nl')} kenmerken beantwoord (opvulling meegeteld)`,
  lookupNoWatch: (message) => `Het bestand kon niet opnieuw worden gepubliceerd, dus de vorige versie blijft: ${message}`,
  lookupHeadings: ['kenmerk', 'gevonden', 'waarde'],
  lookupUpdated: (version, size) => `Versie ${version} van het register is nu hier (${size} opgehaald).`,
  lookupNote: 'De eigenaar zag dat er gevraagd werd, en een grootteklasse; niet wat.',
  lookupPartsNote: 'In delen opgehaald: de eigenaar zag welke delen, en dus enkele bits van het pseudoniem van elk kenmerk.',
};
