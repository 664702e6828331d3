/** What people read about privacy budgets and noise, in Dutch. */
import type { budgetEn } from './budget-en.ts';

export const budgetNl: typeof budgetEn = {
  budgetOf: (organisation, collaboration) =>
    `Privacybudgetten van ${collaboration}, zoals ${organisation} ze telt over de runs waaraan het meedeed`,
  budgetNone: 'Geen tabel heeft een privacybudget, en er is nooit iets afgeschreven.',
  budgetTable: (table, unit) => `${table}, beschermt elke ${unit}`,
  budgetUnit: (unit) => (unit === 'row' ? 'rij' : unit === 'organisation' ? 'organisatie' : `waarde van ${unit.replace(/^column:/, '')}`),
  budgetUse: (spent, limit, left, delta) => `ε = ${spent} van ${limit} is uitgegeven, bij δ = ${delta}; ε = ${left} is over`,
  budgetUseUnlimited: (spent, delta) => `ε = ${spent} is uitgegeven, bij δ = ${delta}; er is geen grens`,
  budgetNoTerms: 'De geldende afspraak heeft er geen budget meer voor; wat uitgegeven is, blijft uitgegeven.',
  budgetAnalysts: 'Per analist',
  budgetPurposes: 'Per doel',
  budgetShareHeadings: ['wie of waarvoor', 'uitgegeven', 'van', 'over', 'bij δ'],
  budgetNoLimit: 'geen grens',
  budgetLast: (shown, all) => (shown === all ? 'Afschrijvingen, nieuwste eerst' : `De laatste ${shown} van ${all} afschrijvingen`),
  budgetChargeHeadings: ['run', 'afgeschreven (UTC)', 'door', 'doel', 'ε', 'δ', 'de run'],
  budgetLost: 'Een mislukte run blijft afgeschreven: er kan ruis voor getrokken zijn, en één afschrijving betaalt nooit voor twee.',
  priceQuestion: (n, sql) => `${n}. ${sql}`,
  priceExact: 'exact: kost geen budget, en is niet differentieel privé',
  priceNoisy: (epsilon, delta, mechanism) => `ε = ${epsilon}, δ = ${delta} op zichzelf (${mechanism})`,
  priceTogether: (together, sum, delta) => `Samen ε = ${together} bij δ = ${delta} (één voor één opgeteld zou het ${sum} zijn)`,
  priceAfter: (before, after) => `Eerder uitgegeven ε = ${before}, daarna ε = ${after}`,
  priceRemains: (left, limit) => `Er zou ε = ${left} van ${limit} over zijn`,
  priceRefused: (n) => `Vraag ${n} kan na de vorige niet worden betaald`,
  priceAffordable: 'Ze kunnen nu allemaal worden betaald. Er is niets afgeschreven.',
  runCharged: (epsilon, delta, tables) => `Afgeschreven: ε = ${epsilon}, δ = ${delta} op ${tables}`,
  runChargedLost: 'Hier is er niets voor vrijgegeven, en het blijft uitgegeven.',
  verifyExact: 'Niet differentieel privé: exacte waarden, onder de regels hierboven.',
  verifyNoise: (epsilon, delta, unit, mechanism, generation) =>
    `Differentieel privé: ε = ${epsilon}, δ = ${delta} voor elke ${unit}, door ${mechanism}-ruis ${generation === 'bits' ? 'die op geheime bits is getrokken' : 'die de som is van delen van de rekenpartijen'}.`,
  verifyNoiseMixed: 'Niet differentieel privé: naast de ruis bepalen exacte regels welke cellen te zien zijn.',
  choiceNoise: (unit) =>
    `Ruis op verzoek (WITH NOISE (epsilon = …)), die elke ${unit} beschermt; het privacybudget van de proefomgeving heeft geen grens.`,
  choiceNoiseBudget: (unit, epsilon) => `Ruis beschermt elke ${unit}, binnen een budget van ε = ${epsilon}.`,
  choiceNoiseBounds: (groups, rows) =>
    `Met ruis telt één eenheid in hoogstens ${groups} ${groups === 1 ? 'groep' : 'groepen'} per gegevenshouder, met ${rows} ${rows === 1 ? 'rij' : 'rijen'} elk; wat meer is, valt willekeurig af (--rules: tables … privacy_unit).`,
  stepBudget: 'Elk station schrijft van het privacybudget af',
  stepNoiseAdded: 'Er komt ruis op de geheime totalen, die niemand kent',
};
