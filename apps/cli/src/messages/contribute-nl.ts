/** What people read about depositing rows, in Dutch. */
import type { ContributeMessages } from './contribute-en.ts';

export const contributeNl: ContributeMessages = {
  contributeReading: (size) => `Bestand lezen: ${size}`,
  contributeChecking: (rows) => `Rijen vergelijken met de afspraak: ${rows}`,
  contributeUploading: (done, total) => `Geheime delen versturen: ${done} van ${total} stukken`,
  contributeDone: (rows, table, batch, names) =>
    `${rows} ${rows === 1 ? 'rij' : 'rijen'} ingelegd in ${table} als ${batch}; de delen liggen bij ${names}. Geen van hen kan de rijen alleen lezen.`,
  contributeAlready: (batch) => `Dit bestand was al ingelegd, als ${batch}; er is niets verstuurd.`,
  contributeDry: (rows, table) => `${rows} ${rows === 1 ? 'rij past' : 'rijen passen'} bij ${table}; er is niets verstuurd (--dry-run).`,
  contributeDropped: (n) => `${n} ${n === 1 ? 'rij is' : 'rijen zijn'} weggelaten: in strijd met de afspraak.`,
  contributeMoreProblems: (n) => `… en nog ${n} rijen.`,
  contributeProblem: (line, column, what) => `regel ${line}${column === null ? '' : `, kolom ${column}`}: ${what}`,
  contributeProblems: {
    missing: 'er ontbreekt een waarde, en dat mag niet in deze kolom',
    'not-of-type': 'dit is geen waarde van het type van de kolom',
    'outside-bounds': 'de waarde ligt buiten de afgesproken grenzen',
    'outside-domain': 'de waarde is geen van de afgesproken waarden',
    'wrong-number-of-fields': 'de rij heeft een ander aantal velden dan de eerste regel',
  },
  contributeWithdrawn: (batch) =>
    `Inleg ${batch} is teruggetrokken; de delen zijn gewist. Eerder gegeven antwoorden blijven zoals ze zijn.`,
  contributeNone: 'Nog niets ingelegd.',
  contributeUntil: (batch) => `tot alle rekenpartijen ${batch.slice(0, 12)} hebben`,
  contributeDiffers: (states) => `verschilt (${states})`,
  contributeHeadings: ['inleg', 'tabel', 'rijen', 'staat', 'sinds'],
  contributeIdentity: (path) =>
    `Identiteit geschreven naar ${path}. Wie dit bestand heeft, kan onder uw naam inleggen en terugtrekken: bewaar het goed.`,
  contributeIdentityNext: 'Laat dit in de afspraak zetten, onder "contributors":',
  contributeAnonymous: [
    'Ingelegd zonder uw naam: de stations noch de uitgever van het bewijs kunnen uit wat zij ontvangen zien welk lid het was. Wat hierdoor niet verborgen is:',
    '- het netwerkadres en het tijdstip waarvandaan u verstuurt: het station waarnaar u verstuurt, ziet die;',
    '- dat het een van de leden is: bij weinig leden zegt dat veel;',
    '- wat de rijen zeggen: als een antwoord alleen over u kan gaan, verraadt dat u;',
    '- dat u om een bewijs vroeg, en wanneer: leg niet meteen daarna in.',
  ],
  contributeIssuer: 'Zet deze sleutel in de afspraak, onder deposits.anonymous van de tabel:',
  contributeTokenWaiting: 'De uitgever om het bewijs van deze ronde vragen …',
  contributeTokenWritten: (path, round) =>
    `Bewijs voor ronde ${round} geschreven naar ${path}. Leg er later mee in, het liefst vanaf een ander netwerk: --anonymous ${path}. Bewaar het: zonder dit bestand kan niemand, ook u niet, vervangen of terugtrekken wat ermee is ingelegd, en is het bewijs van deze ronde weg.`,
  contributeTokenKept: (path) =>
    `Het bewijs staat in ${path}. Bewaar het: alleen met dit bestand kan de inleg worden teruggetrokken (--anonymous ${path}).`,
};
