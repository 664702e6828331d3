/**
 * Attacks by comparing answers: sessions of questions, as an analyst would put them one after the other. With the guard no
 * group with too few rows follows from the answers that are given; without it, the same sessions single groups out. The
 * attacker solves the linear system of all answers over the rationals, on every combination of values.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSqlEngine } from '@sluis/engine';
import { type Agreement, agreementSchema, type GuardedRelease, type GuardVerdict } from '@sluis/model';
import { type Prepared, prepare } from '@sluis/planner';
import { findDifference } from '@sluis/rules';
import { derived } from '../../packages/rules/src/fixtures/table-attacker.ts';
import { sampleAgreement } from '../queries/sample-agreement.ts';

const engine = createSqlEngine();
const MINIMUM = 5;
const seed = Number(process.env['SLUIS_TEST_SEED'] ?? Date.now() % 1_000_000_007);
console.log(`seed ${seed}`);

const uses: ('group' | 'filter' | 'aggregate')[] = ['group', 'filter', 'aggregate'];
const column = { description: '', nullable: false, uses };
const AGES = Array.from({ length: 12 }, (_, i) => 20 + 5 * i);

function terms(change: Partial<Agreement['output']> = {}): Agreement {
  const agreement = sampleAgreement({
    table: 'people',
    definition: {
      kind: 'union',
      description: '',
      violations: 'refuse',
      maximum_rows: 1000,
      columns: {
        job: { ...column, type: 'VARCHAR', domain: { values: ['clerk', 'driver', 'nurse', 'rare'] } },
        town: { ...column, type: 'VARCHAR', domain: { values: ['east', 'north', 'west'] } },
        income: { ...column, type: 'BIGINT', bounds: ['0', '100000'] },
        bonus: { ...column, type: 'BIGINT', bounds: ['0', '1000'], nullable: true },
      },
    },
    parties: ['a', 'b', 'c'],
    output: { minimum_rows: MINIMUM, minimum_organisations: 1, differencing: 'guard', ...change },
    receivers: ['centre'],
  });
  return agreementSchema.parse(agreement);
}

interface Person {
  readonly job: string;
  readonly town: string;
  readonly income: number;
}

/** What a station knows of a session: releases so far. `rows` decide which cells pass. */
class Session {
  readonly history: GuardedRelease[] = [];
  readonly seen: { members: boolean[]; value: bigint }[] = [];
  readonly refusals: Extract<GuardVerdict, { kind: 'follows' }>[] = [];
  readonly #rows: readonly Person[];
  readonly #guarded: boolean;
  readonly #agreement = terms();

  constructor(rows: readonly Person[], guarded: boolean) {
    this.#rows = rows;
    this.#guarded = guarded;
  }

  /** Asks; true if it is answered. */
  async ask(sql: string): Promise<boolean> {
    const prepared = await prepare({ sql, agreement: this.#agreement, agreementId: 'x' }, engine);
    const asked = release(prepared, this.history.length, null);
    const members = cells(prepared);
    const counts = members.map((inside) => this.#rows.filter((r) => inside(r)).length);
    const shown = Uint8Array.from(counts, (n) => (n >= MINIMUM ? 1 : n === 0 ? 2 : 0));
    if (this.#guarded) {
      // Providers before they contribute, then the compute parties before they open.
      for (const now of [asked, release(prepared, this.history.length, [shown])]) {
        const history = now.shown === null ? this.history.map((h) => ({ ...h, shown: null })) : this.history;
        const verdict = findDifference(history, now, false);
        assert.notEqual(verdict.kind, 'too-large');
        if (verdict.kind !== 'follows') continue;
        this.refusals.push(verdict);
        return false;
      }
    }
    this.history.push(release(prepared, this.history.length, [shown]));
    members.forEach((inside, i) => {
      if (shown[i] === 1) this.seen.push({ members: WORLD.map(inside), value: BigInt(counts[i] as number) });
    });
    return true;
  }

  /** Groups with rows, but too few, whose number follows from the answers. */
  singledOut(): string[] {
    const guesses = derived(
      this.seen,
      GROUPS.map((g) => WORLD.map(g.inside)),
    );
    return GROUPS.filter((g, i) => {
      const real = this.#rows.filter((r) => g.inside(r)).length;
      if (guesses[i] === null) return false;
      assert.equal(guesses[i], BigInt(real), 'the attacker computes correctly');
      return real > 0 && real < MINIMUM;
    }).map((g) => g.name);
  }
}

const release = ({ footprint }: Prepared, n: number, shown: readonly Uint8Array[] | null): GuardedRelease => ({
  run: `run ${n}`,
  at: n,
  data: ['the same'],
  footprint: footprint ?? assert.fail(),
  shown,
});

/** One of each kind of person. */
const WORLD: Person[] = ['clerk', 'driver', 'nurse', 'rare'].flatMap((job) =>
  ['east', 'north', 'west'].flatMap((town) => AGES.map((a) => ({ job, town, income: a * 1000 }))),
);
const GROUPS = ['*', 'clerk', 'driver', 'nurse', 'rare'].flatMap((job) =>
  ['*', 'east', 'north', 'west'].flatMap((town) =>
    [[0, 100_000], ...AGES.map((a) => [a * 1000, a * 1000])].map(([low = 0, high = 0]) => ({
      name: `${job} ${town} ${low}-${high}`,
      inside: (p: Person) => (job === '*' || p.job === job) && (town === '*' || p.town === town) && p.income >= low && p.income <= high,
    })),
  ),
);

/** Reads the cells of a question anew from its text: this test does not trust the footprint. */
function cells({ plan, domains }: Prepared): ((p: Person) => boolean)[] {
  const where = whereOf(plan.provider.where);
  return plan.groupingSets.flatMap((set) => {
    const lists = set.map((k) => domains[k]?.values ?? []);
    const size = lists.reduce((n, l) => n * l.length, 1);
    return Array.from({ length: size }, (_, i) => {
      let rest = i;
      const wanted = [...lists]
        .reverse()
        .map((list) => {
          const value = list[rest % list.length];
          rest = Math.floor(rest / list.length);
          return value;
        })
        .reverse();
      return (p: Person) => where(p) && set.every((k, at) => String(p[plan.keys[k]?.name as keyof Person]) === wanted[at]);
    });
  });
}

function whereOf(text: string): (p: Person) => boolean {
  const tests = text === '' ? [] : text.replace(/^\((.*)\)$/s, '$1').split(/\)? AND \(?/);
  const parsed = tests.map((t): ((p: Person) => boolean) => {
    const text_ = /^\(*"(job|town)" (=|<>) '(\w+)'\)*$/.exec(t);
    if (text_ !== null) return (p) => (p[text_[1] as 'job' | 'town'] === text_[3]) === (text_[2] === '=');
    const number = /^\(*"income" (>|<=) (\d+)\)*$/.exec(t);
    if (number !== null) return (p) => p.income > Number(number[2]) === (number[1] === '>');
    return assert.fail(`cannot read ${t}`);
  });
  return (p) => parsed.every((t) => t(p));
}

/** Many of everything, and one rare person in the west with an income of her own. */
const TOWNS: Person[] = [
  ...WORLD.filter((p) => p.job !== 'rare').flatMap((p) => Array.from({ length: p.town === 'west' ? 2 : 3 }, () => p)),
  { job: 'rare', town: 'west', income: 45_000 },
];

async function attack(questions: readonly string[], refused: RegExp, rows: readonly Person[] = TOWNS): Promise<void> {
  const control = new Session(rows, false);
  for (const sql of questions) await control.ask(sql);
  assert.notDeepEqual(control.singledOut(), [], 'without the guard somebody is singled out');
  const session = new Session(rows, true);
  for (const sql of questions) await session.ask(sql);
  assert.deepEqual(session.singledOut(), []);
  assert.match(session.refusals.map((r) => `${r.group} of ${r.measure} with ${r.runs.join(' and ')}`).join('; '), refused);
}

test('two totals that differ in one person’s group', () =>
  attack(['SELECT count(*) FROM people', "SELECT count(*) FROM people WHERE job <> 'rare'"], /^job = rare of count with run 0$/));

test('by job, by town, and then with a filter', () =>
  attack(
    ['SELECT job, count(*) FROM people GROUP BY job', 'SELECT town, count(*) FROM people GROUP BY town'],
    /^all rows|job = rare of count with run 0$/,
  ));

test('a tracker: the rare group is padded with others, then taken away again', () =>
  attack(
    [
      "SELECT count(*) FROM people WHERE town = 'west'",
      "SELECT count(*) FROM people WHERE town = 'west' AND job <> 'rare'",
      "SELECT town, count(*) FROM people WHERE job <> 'rare' GROUP BY town",
    ],
    /job = rare, town = west of count with run 0/,
  ));

test('a tracker with boundary filters: one income lies between two limits', () => {
  const rows = TOWNS.filter((p) => p.income !== 45_000 || p.job === 'rare');
  return attack(
    ['SELECT count(*) FROM people WHERE income > 40000', 'SELECT count(*) FROM people WHERE income > 45000'],
    /income between 40000 and 45000 to = 45000 of count with run 0/,
    rows,
  );
});

test('HAVING hides nothing: what it removes has been opened, and counts as shown', () =>
  attack(
    ['SELECT job, count(*) FROM people GROUP BY job HAVING count(*) > 1000', 'SELECT count(*) FROM people LIMIT 0'],
    /job = rare of count with run 0/,
  ));

test('the parts of one answer are compared with each other as well', async () => {
  const session = new Session(TOWNS, true);
  const prepared = await prepare(
    { sql: "SELECT count(*), count(*) FILTER (WHERE job <> 'rare') FROM people", agreement: terms(), agreementId: 'x' },
    engine,
  );
  const verdict = findDifference(session.history, release(prepared, 0, null), false);
  assert.deepEqual(verdict, { kind: 'follows', group: 'job = rare', measure: 'count', runs: [] });
});

test('what is honest passes: groups by both, their totals, the same question again, other data', async () => {
  const rows = WORLD.flatMap((p) => Array.from({ length: 6 }, () => p));
  const session = new Session(rows, true);
  const questions = [
    'SELECT job, town, count(*) FROM people GROUP BY job, town',
    'SELECT job, count(*) FROM people GROUP BY job',
    'SELECT count(*) FROM people',
    "SELECT count(*) FROM people WHERE job <> 'rare'",
    'SELECT job, town, count(*) FROM people GROUP BY job, town',
  ];
  for (const sql of questions) assert.equal(await session.ask(sql), true, sql);
  const other = new Session(TOWNS, true);
  await other.ask('SELECT count(*) FROM people');
  const prepared = await prepare({ sql: "SELECT count(*) FROM people WHERE job <> 'rare'", agreement: terms(), agreementId: 'x' }, engine);
  assert.equal(findDifference(other.history, { ...release(prepared, 9, null), data: ['newer'] }, false).kind, 'clear');
});

/** Deterministic, from the seed. */
function random(start: number): (n: number) => number {
  let state = (start % 2_147_483_646) + 1;
  return (n) => {
    state = (state * 48_271) % 2_147_483_647;
    return Math.floor((state / 2_147_483_647) * n);
  };
}

/** A session of random questions over random people. */
async function randomSession(
  next: (n: number) => number,
  guarded: boolean,
  questions: number,
): Promise<{ session: Session; answered: number }> {
  const of = <T>(list: readonly T[]): T => list[next(list.length)] as T;
  const rows = WORLD.flatMap((p) => Array.from({ length: of([0, 0, 0, 1, 2, 4]) }, () => p));
  const session = new Session(rows, guarded);
  let answered = 0;
  for (let q = 0; q < questions; q++) {
    const filters = [
      `job ${of(['=', '<>'])} '${of(['clerk', 'driver', 'rare'])}'`,
      `town <> '${of(['east', 'west'])}'`,
      `income > ${of(AGES)}000`,
    ];
    const where = filters.filter(() => next(3) === 0);
    const by = ['job', 'town'].filter(() => next(3) === 0);
    const sql = `SELECT count(*) FROM people${where.length === 0 ? '' : ` WHERE ${where.join(' AND ')}`}${by.length === 0 ? '' : ` GROUP BY ${by.join(', ')}`}`;
    if (await session.ask(sql)) answered++;
  }
  return { session, answered };
}

test('many random questions reconstruct no small group', async () => {
  const next = random(seed);
  let answered = 0;
  for (let s = 0; s < 6; s++) {
    const guarded = await randomSession(next, true, 12);
    assert.deepEqual(guarded.session.singledOut(), [], `session ${s}`);
    answered += guarded.answered;
  }
  assert.ok(answered >= 6, 'of every session the first question at least is answered');
  // The control is the same each time, so that it always shows what the guard is there for.
  const fixed = random(7);
  let controls = 0;
  for (let s = 0; s < 4; s++) controls += (await randomSession(fixed, false, 36)).session.singledOut().length;
  console.log(`${answered} of 72 questions answered; without the guard ${controls} small groups are found in 4 sessions`);
  assert.ok(controls > 0, 'the attack works without the guard');
});

test('random subset sums rebuild a column (Dinur and Nissim) where nothing compares the answers', async () => {
  const next = random(seed + 1);
  // One income per person, so that who has the rare job could be read off income by income.
  const rows = AGES.flatMap((a) => [
    ...Array.from({ length: 6 }, () => ({ job: 'clerk', town: 'east', income: a * 1000 })),
    ...(a % 10 === 0 ? [{ job: 'rare', town: 'east', income: a * 1000 }] : []),
  ]);
  const [guarded, control] = [new Session(rows, true), new Session(rows, false)];
  let [asked, answered] = [0, 0];
  for (let q = 0; q < 80; q++) {
    const [low, high] = [AGES[next(AGES.length)] as number, AGES[next(AGES.length)] as number];
    const range = `income > ${Math.min(low, high) - 5}000 AND income <= ${Math.max(low, high)}000`;
    const sql = `SELECT count(*) FROM people WHERE ${range}${q % 2 === 0 ? '' : " AND job <> 'rare'"}`;
    await control.ask(sql);
    if (q >= 16) continue;
    asked++;
    if (await guarded.ask(sql)) answered++;
  }
  assert.ok(control.singledOut().length >= 3, `the control rebuilds rare incomes: ${control.singledOut().length}`);
  assert.deepEqual(guarded.singledOut(), []);
  assert.ok(answered > 0 && answered < asked, `${answered} of ${asked}`);
});

test('what the guard can’t follow is refused before anything runs', async () => {
  for (const sql of [
    "SELECT sum(CASE WHEN job = 'rare' THEN income ELSE 0 END) FROM people",
    'SELECT count(DISTINCT income) FROM people',
    'SELECT count(*) FROM people WHERE income % 7 = 1',
  ])
    await assert.rejects(prepare({ sql, agreement: terms(), agreementId: 'x' }, engine), { code: 'plan/not-guarded' });
  const without = sampleTerms();
  await prepare({ sql: 'SELECT count(*) FROM people WHERE income % 7 = 1', agreement: without, agreementId: 'x' }, engine);
});

const sampleTerms = (): Agreement => ({ ...terms(), output: { minimum_rows: MINIMUM, minimum_organisations: 1 } });

test('a number of values that are there stands for a group without: COUNT(*) after COUNT(x)', async () => {
  const agreement = terms();
  const of = async (sql: string, n: number) => release(await prepare({ sql, agreement, agreementId: 'x' }, engine), n, null);
  const verdict = findDifference([await of('SELECT count(bonus) FROM people', 0)], await of('SELECT count(*) FROM people', 1), false);
  assert.deepEqual(verdict, { kind: 'follows', group: 'bonus is NULL', measure: 'count', runs: ['run 0'] });
});
