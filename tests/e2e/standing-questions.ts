/** Generated questions through standing stations, compared with the reference cell for cell. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { allowList } from '@sluis/planner';
import { askAndFollow } from '@sluis/sdk';
import fc from 'fast-check';
import { type Collaboration, openCollaboration } from '../harness/collaboration.ts';
import { arbitraryQuery } from '../queries/arbitrary-query.ts';
import { compareAnswer } from '../queries/compare-answer.ts';
import { coverageOf, uncovered } from '../queries/coverage.ts';
import { writeParties } from '../queries/dry-pipeline.ts';
import { orderWords } from '../queries/expressions.ts';
import { orderFiles, orders, PARTIES, TABLE } from '../queries/generated-table.ts';
import { declaredValues, openPooled } from '../queries/pooled-rows.ts';
import { render } from '../queries/render.ts';
import { OUTSIDER } from '../queries/sample-agreement.ts';
import { hidesDominance, rulesOf, SETTINGS, type Setting } from '../queries/settings.ts';
import { pooledAnswer, type Reference } from '../reference/pooled-answer.ts';
import type { Query } from '../reference/query.ts';

/** Questions that are under way at the same time. */
const AT_ONCE = 3;

/** The reference works in tables of its one connection: one question at a time. */
class PooledReference {
  readonly #pooled: DuckDBConnection;
  #last: Promise<unknown> = Promise.resolve();

  constructor(pooled: DuckDBConnection) {
    this.#pooled = pooled;
  }

  answer(query: Query, setting: Setting): Promise<Reference> {
    const next = this.#last.then(() => pooledAnswer(query, this.#pooled, rulesOf(setting), declaredValues(orders)));
    this.#last = next.catch(() => undefined);
    return next;
  }
}

interface Tally {
  released: number;
  suppressed: number;
  readonly failures: string[];
}

interface Drawn {
  readonly i: number;
  readonly query: Query;
}

/** Of so many candidates, `count`: first those with a name that none before them has, so that few questions cover what all do. */
function drawn(count: number, candidates: number, seed: number): Drawn[] {
  const all = Array.from({ length: candidates }, (_, i) => ({
    i,
    query: fc.sample(arbitraryQuery(i, orderWords), { seed: seed + i, numRuns: 1 })[0] as Query,
  }));
  const seen = new Set<string>();
  const [fresh, others]: [Drawn[], Drawn[]] = [[], []];
  for (const one of all) {
    const names = [...coverageOf([one.query]).names.keys()];
    (names.every((name) => seen.has(name)) ? others : fresh).push(one);
    for (const name of names) seen.add(name);
  }
  return [...fresh, ...others].slice(0, count);
}

/**
 * Asks `count` questions out of so many candidates, a quarter under each setting, and fails with those whose answer
 * differs, or if the candidates were enough for every name of the allow-list and one was not asked.
 */
export async function askStandingStations(t: TestContext, count: number, seed: number, candidates = count): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'sluis-standing-'));
  const parties = writeParties(folder, orderFiles(seed));
  const pooled = await openPooled(TABLE, orders, parties);
  const reference = new PooledReference(pooled);
  const tally: Tally = { released: 0, suppressed: 0, failures: [] };
  const asked = drawn(count, candidates, seed);
  try {
    for (const [s, setting] of SETTINGS.entries()) {
      const together = await openStanding(setting, parties);
      try {
        const queries = asked.filter((_, place) => place % SETTINGS.length === s);
        await Promise.all(Array.from({ length: AT_ONCE }, () => worker(together, setting, reference, queries, tally)));
      } finally {
        await together.close();
      }
    }
  } finally {
    pooled.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
  const covered = coverageOf(asked.map((one) => one.query));
  for (const line of covered.lines) t.diagnostic(line);
  t.diagnostic(`compared: ${tally.released} values and ${tally.suppressed} suppressed groups in ${count} questions (seed ${seed})`);
  assert.ok(tally.released > count && tally.suppressed > count, 'there was something to compare');
  if (candidates >= 500) assert.deepEqual(uncovered(covered.names, allowList()), []);
  assert.equal(
    tally.failures.length,
    0,
    `${tally.failures.length} of ${count} differ (seed ${seed}):\n${tally.failures.slice(0, 40).join('\n')}`,
  );
}

function openStanding(setting: Setting, parties: readonly { party: string; file: string }[]): Promise<Collaboration> {
  return openCollaboration({
    parties: [...parties.map(({ party, file }) => ({ name: party, file })), { name: OUTSIDER }],
    table: TABLE,
    columns: orders.columns,
    maximumRows: orders.maximum_rows,
    committee: [PARTIES[0], PARTIES[1], PARTIES[2]],
    receivers: setting.receivers,
    terms: { output: setting.output },
  });
}

async function worker(together: Collaboration, setting: Setting, reference: PooledReference, queue: Drawn[], tally: Tally): Promise<void> {
  const receiver = together.member(setting.receivers[0] ?? OUTSIDER);
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { i, query } = next;
    const sql = render(query);
    try {
      const { result } = await askAndFollow(receiver.client, { sql, as: 'ana' });
      assert.ok(result !== null);
      tally.released += result.rows.flat().filter((v) => v !== null).length;
      tally.suppressed += result.suppressed.length;
      const problems = compareAnswer(result, await reference.answer(query, setting));
      if (problems.length > 0) tally.failures.push(`question ${i}: ${sql}\n    ${problems.slice(0, 4).join('\n    ')}`);
    } catch (thrown) {
      if (hidesDominance(thrown)) continue;
      tally.failures.push(`question ${i}: ${sql}\n    ${thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)}`);
    }
  }
}
