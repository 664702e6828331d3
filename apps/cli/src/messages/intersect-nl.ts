/** What people read about intersections, in Dutch. */
import type { intersectEn } from './intersect-en.ts';

const rowsOf = (n: number) => `${n} ${n === 1 ? 'rij' : 'rijen'}`;
const keysOf = (n: number, kind = '') => `${n} ${kind}${n === 1 ? 'sleutel' : 'sleutels'}`;

export const intersectNl: typeof intersectEn = {
  intersectConnected: (name, file, rows) => `${name}: ${file}, ${rowsOf(rows)}`,
  intersectSteps: {
    contribution: 'leest sleutels',
    share: 'heeft zich aan zijn lijst gebonden',
    aggregate: 'vergelijkt verblinde sleutels',
    receipt: 'bewijs door beide ondertekend',
  },
  intersectOwn: (rows, items, missing) =>
    `Eigen lijst: ${rowsOf(rows)}, ${keysOf(items, 'verschillende ')}${missing === 0 ? '' : `, ${rowsOf(missing)} zonder sleutel`}.`,
  intersectKey: (name, rejected, repeated, reasons) =>
    `Sleutel "${name}": ${rowsOf(rejected)} zonder geldige sleutel${reasons === '' ? '' : ` (${reasons})`}, ${keysOf(repeated)} in meer rijen.`,
  intersectSize: (n) => `${n} gemeen`,
  intersectUnion: (n) => `${keysOf(n, 'verschillende ')} in totaal`,
  intersectAsWritten:
    'Sleutels worden vergeleken precies zoals ze er staan: "Anna@x.nl" en "anna@x.nl" zijn er twee. --recipe brengt ze eerst in normaalvorm (sluis matching recipes laat zien hoe); met een afspraak zegt sluis matching check welke eigen rijen geen geldige sleutel hebben.',
  intersectBelow: 'Onder het minimum: er wordt niets getoond.',
  intersectBelowOrMore:
    'Er wordt niets getoond: te weinig komt overeen, of een grove sleutel geeft meer paren dan "maximum_pairs" toestaat (sluis matching measure telt ze in een steekproef).',
  intersectMore: (n) => `en nog ${n}; --output BESTAND schrijft ze alle.`,
  intersectElsewhere: (names) => `Klaar. De uitkomst ging naar ${names}.`,
  intersectOther: (name) => `${name} heeft zijn eigen uitkomst op zijn eigen station.`,
  intersectWritten: (path, n) => `${keysOf(n)} geschreven naar ${path}`,
  intersectLearned: (receivers, sizes) =>
    `Wie wat weet: ${receivers} welke van de eigen sleutels overeenkomen; elke kant de opgegeven omvang van de andere (${sizes}). Verder niemand iets.`,
  intersectCost: (ms, sent) => `${ms}; verstuurd: ${sent}`,
  intersectRun: (run) => `Run ${run} is voorgesteld.`,
  intersectApprove: (names, run) => `Ze begint na goedkeuring door ${names}: sluis intersect approve ${run}`,
  intersectAsQuestion: 'Deze berekent het comité; ze wordt als vraag gesteld.',
  intersectRuns: (begun, allowed, days) => `${begun} van ${allowed} runs in ${days} dagen zijn op dit station gebruikt.`,
  intersectRunsToo: 'Runs van doorsneden toont: sluis intersect list',
  intersectNone: 'Geen geldende afspraak van dit station heeft een doorsnede.',
  intersectHeadings: ['doorsnede', 'samenwerking', 'wie rekent', 'runs'],
  intersectRunHeadings: ['run', 'doorsnede', 'toestand', 'gevraagd door', 'wacht op', 'sinds (UTC)', 'waarom'],
  intersectPlain: 'de twee stations',
  intersectHidden: 'het comité',
  intersectSame: (commitment) => `De rijen zijn die welke zijn vastgelegd (${commitment.slice(0, 16)}…).`,
  intersectOtherRows: (commitment) => `De rijen zijn niet die welke zijn vastgelegd (${commitment.slice(0, 16)}…).`,
  intersectDone: (run, state) => `Run ${run}: ${state}.`,
  intersectStates: {
    proposed: 'voorgesteld',
    waiting: 'wacht',
    running: 'loopt',
    released: 'vrijgegeven',
    refused: 'geweigerd',
    failed: 'mislukt',
    cancelled: 'afgebroken',
  },
  intersectCommittee: (names) =>
    `Niemand mag weten welke sleutels overeenkomen: drie rekenpartijen doen het (${names}); elke twee samen kunnen de lijsten terugvinden.`,
  intersectBrief: {
    keys: (files) => `Geteld: sleutels die ${files === 2 ? 'beide' : `alle ${files}`} bestanden hebben, elk één keer.`,
    union: (files) => `Geteld: verschillende sleutels in de ${files} bestanden samen.`,
    atLeast: (files, t) => `Geteld: sleutels die ten minste ${t} van de ${files} bestanden hebben.`,
    rows: (whose, other) => `Geteld: rijen van ${whose} die een partner in ${other} hebben.`,
    sum: (whose, other, column) => `Geteld: rijen van ${whose} die een partner in ${other} hebben, en de som van hun ${column}.`,
    asked: (whose, other) => `Gevraagd: uw vraag, over de rijen van ${whose} die een partner in ${other} hebben.`,
    receiver: (name, minimum) =>
      `${name}, een station zonder gegevens, leert het antwoord${minimum > 1 ? ` als er ten minste ${minimum} overeenkomen` : ''}; verder niemand.`,
    committee: (names, trusted) =>
      `${names} rekenen op geheime delen: zij leren hoeveel rijen elk bestand heeft en of het antwoord wordt getoond, niet welke rijen overeenkomen${trusted ? '. Elk wordt vertrouwd het protocol te volgen' : ''}.`,
    more: (estimate) => `${estimate} --explain zegt alles wat geleerd kan worden, en door wie.`,
  },
  intersectSum: (sum) => `som ${sum}`,
  verifiedIntersection: 'Het bewijs is echt: beide stations tekenden het en schreven het eerst in hun logboek.',
  verifyIntersection: (name, run) => `Doorsnede "${name}", run ${run}`,
  verifyInput: (name, declared, commitment) =>
    `${name}: hooguit ${declared} sleutels${commitment === null ? '' : `, vastgelegd als ${commitment.slice(0, 16)}…`}`,
  verifyOutcome: (receiver, size) => (size === null ? `${receiver}: onder het minimum` : `${receiver}: ${size} gemeen, zoals vastgelegd`),
  verifyInputsHonest: 'Het bewijst wat volgens beide stations is gelopen; niet dat hun lijsten eerlijk waren.',
};
