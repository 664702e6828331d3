/** What people read about depositing rows, in English. */
export const contributeEn = {
  contributeReading: (size: string) => `Reading the file: ${size}`,
  contributeChecking: (rows: number) => `Checking rows against the agreement: ${rows}`,
  contributeUploading: (done: number, total: number) => `Uploading shares: ${done} of ${total} pieces`,
  contributeDone: (rows: number, table: string, batch: string, names: string) =>
    `${rows} ${rows === 1 ? 'row' : 'rows'} deposited into ${table} as ${batch}; shares are at ${names}. None of them can read the rows alone.`,
  contributeAlready: (batch: string) => `This file was deposited before, as ${batch}; nothing was sent.`,
  contributeDry: (rows: number, table: string) => `${rows} ${rows === 1 ? 'row fits' : 'rows fit'} ${table}; nothing was sent (--dry-run).`,
  contributeDropped: (n: number) => `${n} ${n === 1 ? 'row was' : 'rows were'} left out: they break the agreement.`,
  contributeMoreProblems: (n: number) => `… and ${n} more rows.`,
  contributeProblem: (line: number, column: string | null, what: string) =>
    `line ${line}${column === null ? '' : `, column ${column}`}: ${what}`,
  contributeProblems: {
    missing: 'a value is missing and the column may not lack it',
    'not-of-type': 'this is not a value of the column’s type',
    'outside-bounds': 'the value is outside the agreed bounds',
    'outside-domain': 'the value is none of the agreed ones',
    'wrong-number-of-fields': 'the row has another number of fields than the first line',
  } as Readonly<Record<string, string>>,
  contributeWithdrawn: (batch: string) => `Deposit ${batch} was withdrawn; its shares are deleted. Answers given before stay as they are.`,
  contributeNone: 'Nothing deposited yet.',
  contributeUntil: (batch: string) => `until all compute parties have ${batch.slice(0, 12)}`,
  contributeDiffers: (states: string) => `differs (${states})`,
  contributeHeadings: ['deposit', 'table', 'rows', 'state', 'since'] as readonly string[],
  contributeIdentity: (path: string) =>
    `Identity written to ${path}. Whoever has this file can deposit and withdraw under your name: keep it safe.`,
  contributeIdentityNext: 'Have this put under "contributors" in the agreement:',
  contributeAnonymous: [
    'Deposited without your name: neither the stations nor the issuer of the token can tell which member it was from what they are sent. What this does not hide:',
    '- the network address and the time from which you upload: the station that you upload to sees them;',
    '- that it is one of the members: with few members that says much;',
    '- what the rows say: if an answer could only be about you, it tells;',
    '- that you asked for a token, and when: do not deposit at once after asking.',
  ] as readonly string[],
  contributeIssuer: 'Put this key into the agreement, under the table’s deposits.anonymous:',
  contributeTokenWaiting: 'Asking the issuer for this round’s token …',
  contributeTokenWritten: (path: string, round: string) =>
    `Token for round ${round} written to ${path}. Deposit with it later, and best from another network: --anonymous ${path}. Keep it: without this file nobody, you included, can replace or withdraw what is deposited with it, and the round’s token is gone.`,
  contributeTokenKept: (path: string) =>
    `The token is in ${path}. Keep it: only with this file can the deposit be withdrawn (--anonymous ${path}).`,
};

export type ContributeMessages = typeof contributeEn;
