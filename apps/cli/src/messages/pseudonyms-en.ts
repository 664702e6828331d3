/** What people read about pseudonyms, in English. */
const rowsOf = (n: number): string => `${n.toLocaleString('en')} ${n === 1 ? 'row' : 'rows'}`;

export const pseudonymsEn = {
  pseudonymsGathering: (others: string) => `Making the key with ${others}. All of them must run now …`,
  pseudonymsHere: (party: string) => `${party} is here`,
  pseudonymsElsewhere: (party: string) => `${party} runs, but does something else: waiting`,
  pseudonymsAgain: 'A holder started anew: all begin again',
  pseudonymsMade: (folder: string) => `The key is made; nobody has it. Your share is in ${folder}: back it up.`,
  pseudonymsThere: (folder: string, epoch: number) => `The share in ${folder} is used (epoch ${epoch}).`,
  pseudonymsMaps: (previous: string, from: number, to: number) =>
    `Pseudonyms of epoch ${from} (key ${previous}) are mapped to epoch ${to} until "sluis pseudonyms finish"; none are made under the old key.`,
  pseudonymsSettling: 'A change of the key broke off here: asking the others whether all have stored the new share …',
  pseudonymsSettled: 'That is settled: all have stored it and it is in force, or it is dropped.',
  pseudonymsUnsettled:
    'Not all others could say. The key in force stays in force; let all run again what broke off: "sluis pseudonyms rotate" or "reshare".',
  pseudonymsRotating: (others: string) => `Making the next key with ${others}. All of them must run "sluis pseudonyms rotate" now …`,
  pseudonymsRotated: (epoch: number, folder: string) =>
    `The next key (epoch ${epoch}) is in force. The old share is kept in ${folder} until "sluis pseudonyms finish". Start "sluis pseudonyms hold" again. The next key's id, for askers:`,
  pseudonymsResharing: (others: string) => `Sharing the key anew with ${others}. All of them must run "sluis pseudonyms reshare" now …`,
  pseudonymsReshared: (folder: string) =>
    `The same key is shared anew; your new share is in ${folder}: back it up, and delete backups of the old one. Whoever is no holder any more deletes its folder: old shares still make up the key. Pseudonyms stay. Start "sluis pseudonyms hold" with the new terms. The key's id stays:`,
  pseudonymsFinishing: (key: string, from: number, to: number) =>
    `This deletes the share of key ${key} (epoch ${from}) and what maps its pseudonyms to epoch ${to}. When so many holders have done it that fewer than the threshold are left, files that are not mapped can't be mapped any more, by anybody. Delete backups of the folder too.`,
  pseudonymsFinished: (key: string, folder: string) => `${folder}: the share of key ${key} and what maps its pseudonyms are deleted`,
  pseudonymsNoKey: 'No key has been in force here.',
  pseudonymsRecord: (epoch: number, key: string, how: string, threshold: number, holders: string, state: string) =>
    `Epoch ${epoch}, key ${key}: ${how}; ${threshold} of ${holders}; ${state}`,
  pseudonymsHow: { made: 'made', rotated: 'rotated from the one before', reshared: 'the same key, shared anew' },
  pseudonymsInForce: (since: string) => `in force since ${since}`,
  pseudonymsStillKept: (since: string, until: string) => `in force from ${since} until ${until}; its share is still kept`,
  pseudonymsDeleted: (since: string, until: string, deleted: string) =>
    `in force from ${since} until ${until}; its share was deleted ${deleted}`,
  pseudonymsPending: (epoch: number, key: string) => `Stored, not in force yet: epoch ${epoch}, key ${key}`,
  pseudonymsMapping: (from: number, to: number) => `Pseudonyms of epoch ${from} can still be mapped to epoch ${to} with this folder.`,
  pseudonymsRejected: (rows: number, column: string, reason: string) => `${rowsOf(rows)}: ${column}: ${reason}`,
  pseudonymsReasons: {
    missing: 'nothing there',
    form: 'not 64 hexadecimal digits',
    'not-a-pseudonym': 'no key makes such a pseudonym',
  },
  pseudonymsRemapped: (from: number, to: number) =>
    `Mapped from epoch ${from} to ${to}. Delete the old file and its copies: who has both can link them.`,
  pseudonymsServing: (askers: string, limit: number) =>
    `Helping ${askers}, each with at most ${limit.toLocaleString('en')} records in a day. Ctrl-C ends it. The key's id, for askers:`,
  pseudonymsNobody: "Nobody may ask: allow stations with --allow CARD. Ctrl-C ends it. The key's id, for askers:",
  pseudonymsAnswered: (asker: string, records: number) => `${asker}: helped with ${records.toLocaleString('en')} records so far`,
  pseudonymsMaking: (done: number, all: number) => `pseudonyms: ${done.toLocaleString('en')} of ${all.toLocaleString('en')}`,
  pseudonymsLeftOut: (holder: string, why: string) => `Going on without ${holder}: ${why}`,
  pseudonymsWritten: (file: string, rows: number, distinct: number) =>
    `${file}: ${rowsOf(rows)}, ${distinct.toLocaleString('en')} different pseudonyms`,
  pseudonymsOut: (rows: number) => `${rowsOf(rows)} without a usable key left out`,
  pseudonymsEmpty: (rows: number) => `${rowsOf(rows)} without a usable key, left without a pseudonym`,
  pseudonymsKey: (purpose: string, epoch: number, id: string) => `Purpose "${purpose}", epoch ${epoch}, key ${id}`,
};
