/** What people read about private lookup, in English. */
const rowsOf = (n: number): string => `${n.toLocaleString('en')} ${n === 1 ? 'row' : 'rows'}`;

export const lookupEn = {
  lookupEvaluating: (done: number, all: number) => `computing entries: ${done.toLocaleString('en')} of ${all.toLocaleString('en')}`,
  lookupDownloading: (done: number, all: number) => `downloading: part ${done} of ${all}`,
  lookupPublished: (database: string, version: number, entries: number, size: string) =>
    `"${database}", version ${version}: ${entries.toLocaleString('en')} entries, ${size} published`,
  lookupUnchanged: (database: string, version: number) => `"${database}", version ${version}: unchanged`,
  lookupChanges: (added: number, removed: number) =>
    `${added.toLocaleString('en')} added or changed, ${removed.toLocaleString('en')} removed`,
  lookupRejected: (rows: number) => `${rowsOf(rows)} without a usable identifier left out`,
  lookupDuplicates: (rows: number) => `${rowsOf(rows)} with an identifier that stands in another row, counted once`,
  lookupServing: (who: string, limit: number, window: string) =>
    `Serving ${who}, at most ${limit.toLocaleString('en')} identifiers each in ${window}. Ctrl-C ends it. Give people this address:`,
  lookupEverybody: 'everybody who has the address',
  lookupClients: (count: number) => `${count} client${count === 1 ? '' : 's'}`,
  lookupSeconds: (seconds: number) =>
    seconds === 86_400 ? 'a day' : seconds === 3600 ? 'an hour' : `${seconds.toLocaleString('en')} seconds`,
  lookupAnswered: (total: number) => `answered ${total.toLocaleString('en')} identifiers so far (padding included)`,
  lookupNoWatch: (message: string) => `The file could not be published anew, so the version before stays: ${message}`,
  lookupHeadings: ['identifier', 'found', 'value'] as readonly string[],
  lookupUpdated: (version: number, size: string) => `Version ${version} of the database is here now (${size} downloaded).`,
  lookupNote: 'The owner saw that somebody asked, and a size class; not what.',
  lookupPartsNote: 'Downloaded in parts: the owner saw which parts, so some bits of each identifier’s pseudonym.',
};
