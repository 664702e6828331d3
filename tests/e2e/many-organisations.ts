/** One question over many organisations, compared with plain arithmetic over all rows. Used with 12 and with 50 stations. */
import assert from 'node:assert/strict';
import { openCollaboration } from '../harness/collaboration.ts';

const KINDS = ['a', 'b', 'c', 'd'];

interface Row {
  readonly kind: string;
  readonly hours: number;
}

/** Rows of the i-th organisation: deterministic, of different sizes; kind "d" occurs at one organisation only. */
function rowsOf(i: number): Row[] {
  return Array.from({ length: 10 + ((i * 7) % 23) }, (_, n) => ({
    kind: KINDS[(n * (i + 1)) % 3] ?? 'a',
    hours: (i * 31 + n * 17) % 101,
  })).concat(i === 1 ? Array.from({ length: 9 }, () => ({ kind: 'd', hours: 1 })) : []);
}

/** Starts `count` organisations (all with data) and a separate receiver, asks, and checks every cell. */
export async function askMany(count: number): Promise<{ seconds: number; startSeconds: number }> {
  const began = performance.now();
  const names = Array.from({ length: count }, (_, i) => `org${String(i + 1).padStart(2, '0')}`);
  const together = await openCollaboration({
    parties: [
      ...names.map((name, i) => ({
        name,
        csv: `kind,hours\n${rowsOf(i)
          .map((r) => `${r.kind},${r.hours}`)
          .join('\n')}\n`,
      })),
      { name: 'centre' },
    ],
    table: 'work',
    columns: {
      kind: { type: 'VARCHAR', uses: ['group', 'filter'], domain: { values: KINDS } },
      hours: { type: 'INTEGER', uses: ['aggregate'], bounds: ['0', '100'] },
    },
    terms: { output: { minimum_rows: 5, minimum_organisations: 3 }, limits: { questions_per_day: null, run_seconds: 600 } },
  });
  try {
    const asked = performance.now();
    const answer = await together.ask('SELECT kind, count(*) AS n, sum(hours) AS s FROM work GROUP BY kind');
    const seconds = (performance.now() - asked) / 1000;
    const all = names.flatMap((_, i) => rowsOf(i));
    const expected = ['a', 'b', 'c'].map((kind) => {
      const rows = all.filter((r) => r.kind === kind);
      return [kind, rows.length, rows.reduce((sum, r) => sum + r.hours, 0)];
    });
    assert.deepEqual(answer.result?.rows, expected);
    assert.deepEqual(
      answer.result?.suppressed,
      [{ group: { kind: 'd' }, cells: ['n', 's'], reason: 'suppressed or empty' }],
      'one organisation is too few',
    );
    assert.equal(answer.receipt.body.contributing_organisations, count);
    return { seconds, startSeconds: (asked - began) / 1000 };
  } finally {
    await together.close();
  }
}
