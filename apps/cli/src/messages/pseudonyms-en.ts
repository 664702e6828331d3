/** What people read about pseudonyms, in English. */
export const pseudonymsEn = {
  pseudonymsGathering: (others: string) => `Making the key with ${others}. All of them must run now …`,
  pseudonymsHere: (party: string) => `${party} is here`,
  pseudonymsAgain: 'A holder started anew: making the key begins again',
  pseudonymsMade: (folder: string) => `The key is made; nobody has it. Your share is in ${folder}: back it up.`,
  pseudonymsThere: (folder: string) => `The share in ${folder} is used.`,
  pseudonymsServing: (askers: string, limit: number) =>
    `Helping ${askers}, each with at most ${limit.toLocaleString('en')} records in a day. Ctrl-C ends it. The key's id, for askers:`,
  pseudonymsNobody: "Nobody may ask: allow stations with --allow CARD. Ctrl-C ends it. The key's id, for askers:",
  pseudonymsAnswered: (asker: string, records: number) => `${asker}: helped with ${records.toLocaleString('en')} records so far`,
  pseudonymsMaking: (done: number, all: number) => `pseudonyms: ${done.toLocaleString('en')} of ${all.toLocaleString('en')}`,
  pseudonymsLeftOut: (holder: string, why: string) => `Going on without ${holder}: ${why}`,
  pseudonymsWritten: (file: string, rows: number, distinct: number) =>
    `${file}: ${rows.toLocaleString('en')} rows, ${distinct.toLocaleString('en')} different pseudonyms`,
  pseudonymsOut: (rows: number) => `${rows.toLocaleString('en')} rows without a usable key were left out`,
  pseudonymsEmpty: (rows: number) => `${rows.toLocaleString('en')} rows without a usable key have no pseudonym`,
  pseudonymsKey: (purpose: string, epoch: number, id: string) => `Purpose "${purpose}", epoch ${epoch}, key ${id}`,
};
