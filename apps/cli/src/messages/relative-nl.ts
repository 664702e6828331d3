/** What people read about relative errors, in Dutch. */
import type { relativeEn } from './relative-en.ts';

export const relativeNl: typeof relativeEn = {
  relativePlan: (error, percent, steps, epsilon, delta) =>
    `Stap voor stap gevraagd tot elke getoonde waarde in ${percent} van 100 gevallen hoogstens ${error} % van de exacte afwijkt: hoogstens ${steps} vragen, die samen hoogstens ε = ${epsilon}${delta === '0' ? '' : ` bij δ = ${delta}`} kosten.`,
  relativeHeadings: ['stap', 'ε', 'tot en met', 'wijkt hoogstens af', 'genoeg vanaf'],
  relativeOrdinary:
    'Elke stap is een gewone vraag: goedgekeurd, afgeschreven voordat er ruis wordt getrokken, en met een ontvangstbewijs. Of er nog een komt, hangt alleen af van de antwoorden tot dan toe. De stappen kosten samen minstens de prijs van de eerste en hoogstens de laatste som; er wordt niets teruggegeven.',
  relativeSeen: (names) =>
    `Wie meedoet en het antwoord niet ontvangt (${names}), ziet na welke stap het stopt, en dus ongeveer hoe groot de kleinste getoonde waarde is. Dat volgt uit waarden met ruis en kost verder niets.`,
  relativeUnknown: 'hangt van de gegevens af',
  relativeStep: (step, steps, epsilon) => `Stap ${step} van hoogstens ${steps}, met ε = ${epsilon}`,
  relativeTakenUp: (step) => `Stap ${step} was al beantwoord en wordt niet nog eens betaald.`,
  relativeNotYet: (values) =>
    values === 0
      ? 'Nog geen rij om precies over te zijn.'
      : `${values} ${values === 1 ? 'waarde is' : 'waarden zijn'} nog niet precies genoeg bekend.`,
  relativeMet: (error, percent) => `Elke getoonde waarde wijkt in ${percent} van 100 gevallen hoogstens ${error} % van de exacte af.`,
  relativeNotMet: (values, error) =>
    values === 0
      ? 'Er is geen rij te zien die precies genoeg kan zijn.'
      : `${values} ${values === 1 ? 'waarde kan' : 'waarden kunnen'} meer dan ${error} % afwijken, zoals:`,
  relativeUnmet: (column, group) => (group === '' ? column : `${column} van ${group}`),
  relativeCeiling: 'Het plafond laat geen vraag meer toe.',
  relativeSpent: (steps, spent, epsilon, delta) =>
    `${steps} ${steps === 1 ? 'vraag' : 'vragen'}: ε = ${spent} van hoogstens ${epsilon}${delta === '0' ? '' : ` bij δ = ${delta}`} is uitgegeven`,
  relativeLost: (runs) => `Afgeschreven zonder antwoord, en deel van wat uitgegeven is: ${runs}`,
  relativeReceipts: (runs) => `Ontvangstbewijzen van runs: ${runs}`,
  relativeBroken: 'Dit is wat beantwoord was voordat het afbrak. De intervallen gelden.',
  relativeGoOn: 'Ga verder met dezelfde vraag en --continue: wat beantwoord is, wordt niet nog eens betaald.',
};
