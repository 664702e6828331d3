/** Pieces of rows that arrive in any order, and those that are refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Plan } from '@sluis/model';
import { RowsMailbox } from './rows-mailbox.ts';

const source = (stations: readonly string[]) => ({ table: 't', columns: [], stations, deposits: false, stationWhere: '' });
const plan = { rows: { sources: [source(['anna', 'bram']), source(['bram'])] } } as unknown as Plan;
const limits = [3, 2].map((vectors) => ({ vectors, maximumRows: 150_000 }));
const FULL = 65_536;
type Place = { readonly source: number; readonly piece: number; readonly pieces: number };
const piece = (of: Place, rows = of.piece < of.pieces - 1 ? FULL : 5) => ({ ...of, rows });
const box = (text: string) => Buffer.from(text);
const refused = (what: RegExp) => (error: { code?: string; message?: string }) =>
  error.code === 'run/unexpected-message' && what.test(error.message ?? '');

test('pieces come in any order, and are handed over in theirs, once', async () => {
  const mailbox = new RowsMailbox(plan, limits);
  mailbox.put('bram', piece({ source: 1, piece: 0, pieces: 1 }), box('b1'));
  mailbox.put('bram', piece({ source: 0, piece: 1, pieces: 2 }), box('b01'));
  mailbox.put('anna', piece({ source: 0, piece: 0, pieces: 1 }), box('a0'));
  const all = mailbox.all(120_000, new AbortController().signal);
  setTimeout(() => mailbox.put('bram', piece({ source: 0, piece: 0, pieces: 2 }), box('b00')), 10);
  await all;
  assert.deepEqual(
    [...mailbox.take('bram', 0)].map((p) => p.box.toString()),
    ['b00', 'b01'],
  );
  assert.throws(() => [...mailbox.take('bram', 0)], RangeError, 'what was taken is not kept');
});

test('strangers, repetitions, oversized pieces and pieces of other series are refused', () => {
  const mailbox = new RowsMailbox(plan, limits);
  mailbox.put('bram', piece({ source: 0, piece: 0, pieces: 3 }), box('x'));
  const put =
    (from: string, of: Place, body = box('y'), rows?: number) =>
    () =>
      mailbox.put(from, piece(of, rows), body);
  assert.throws(put('mallory', { source: 0, piece: 0, pieces: 1 }), refused(/not expected/));
  assert.throws(put('anna', { source: 1, piece: 0, pieces: 1 }), refused(/not expected/));
  assert.throws(put('bram', { source: 0, piece: 0, pieces: 3 }), refused(/second time/));
  assert.throws(put('bram', { source: 0, piece: 1, pieces: 2 }), refused(/does not belong/));
  assert.throws(put('bram', { source: 0, piece: 3, pieces: 3 }), refused(/does not belong/));
  assert.throws(put('anna', { source: 0, piece: 0, pieces: 1 }, Buffer.alloc(5 * 24 + 4097)), refused(/larger/));
  assert.throws(put('anna', { source: 0, piece: 0, pieces: 2 }, Buffer.alloc(FULL * 24 + 4097)), refused(/larger/));
  put('anna', { source: 0, piece: 0, pieces: 2 }, Buffer.alloc(FULL * 24 + 2000))();
});

test('one provider can make a compute party keep no more than the rows it may have', () => {
  const mailbox = new RowsMailbox(plan, limits);
  let kept = 0;
  for (const pieces of [512, 4, 3]) {
    for (let n = 0; n < pieces; n++) {
      for (const rows of [FULL, 150_000 - 2 * FULL, 0]) {
        try {
          mailbox.put('anna', { source: 0, piece: n, pieces, rows }, Buffer.alloc(rows * 24));
          kept += rows;
          break;
        } catch (error) {
          assert.ok(refused(/more rows|another way|does not belong/)(error as Error), String(error));
        }
      }
    }
  }
  assert.equal(kept, 150_000);
});

test('who is missing is named when time runs out', async () => {
  const mailbox = new RowsMailbox(plan, limits);
  mailbox.put('bram', piece({ source: 1, piece: 0, pieces: 1 }), box('x'));
  mailbox.put('anna', piece({ source: 0, piece: 0, pieces: 2 }), box('x'));
  await assert.rejects(mailbox.all(20, new AbortController().signal), { code: 'run/timeout', message: /anna, bram/ });
});
