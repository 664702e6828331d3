/** The contract of LogStorage: every implementation runs this suite beside its own tests. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { utf8 } from '@sluis/base';
import { saltedLeafHash } from './ledger.ts';
import type { LogEntry, LogStorage } from './storage.ts';

export interface LogStorageUnderTest {
  readonly storage: LogStorage;
  /** The same log after a restart; absent where nothing outlives the process. */
  readonly reopen?: () => Promise<LogStorage>;
  readonly close?: () => Promise<void>;
}

export function entryForTest(index: number): LogEntry {
  const salt = new Uint8Array(32).fill(index % 251);
  const data = utf8(`{"at":"2026-01-01T00:00:00.000Z","number":${index}}`);
  return { index, salt, data, leafHash: saltedLeafHash(salt, data) };
}

/** Declares the suite's tests. `make` gives an empty log each time. */
export function logStorageContract(name: string, make: () => Promise<LogStorageUnderTest>): void {
  const check = (what: string, body: (under: LogStorageUnderTest) => Promise<void>) =>
    test(`${name}: ${what}`, async () => {
      const under = await make();
      try {
        await body(under);
      } finally {
        await under.close?.();
      }
    });

  check('starts empty', async ({ storage }) => {
    assert.equal(await storage.size(), 0);
    assert.equal(await storage.entry(0), null);
    assert.deepEqual(await storage.entries(0, 10), []);
    assert.deepEqual(await storage.leafHashes(0, 10), []);
  });

  check('gives back what was appended, by position and range', async ({ storage }) => {
    for (let i = 0; i < 5; i++) await storage.append(entryForTest(i));
    assert.equal(await storage.size(), 5);
    assertSame([await storage.entry(3)], [entryForTest(3)]);
    assertSame(await storage.entries(1, 4), [1, 2, 3].map(entryForTest));
    assert.deepEqual(
      (await storage.leafHashes(1, 4)).map(hex),
      [1, 2, 3].map((i) => hex(entryForTest(i).leafHash)),
    );
    assert.equal((await storage.entries(4, 99)).length, 1);
    assert.equal(await storage.entry(5), null);
  });

  check('refuses an entry that is not the next one and stays as it was', async ({ storage }) => {
    await storage.append(entryForTest(0));
    await assert.rejects(storage.append(entryForTest(0)));
    await assert.rejects(storage.append(entryForTest(2)));
    assert.equal(await storage.size(), 1);
    await storage.append(entryForTest(1));
    assertSame(await storage.entries(0, 2), [0, 1].map(entryForTest));
  });

  check('lets one of two simultaneous writers win', async ({ storage }) => {
    const outcomes = await Promise.allSettled([storage.append(entryForTest(0)), storage.append(entryForTest(0))]);
    assert.equal(outcomes.filter((o) => o.status === 'fulfilled').length, 1);
    assert.equal(await storage.size(), 1);
  });

  check('keeps entries over a restart', async (under) => {
    for (let i = 0; i < 3; i++) await under.storage.append(entryForTest(i));
    const again = under.reopen === undefined ? under.storage : await under.reopen();
    assertSame(await again.entries(0, 3), [0, 1, 2].map(entryForTest));
    await again.append(entryForTest(3));
    assert.equal(await again.size(), 4);
  });
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const plain = (e: LogEntry | null) => e && { index: e.index, leafHash: hex(e.leafHash), salt: hex(e.salt), data: hex(e.data) };

function assertSame(actual: readonly (LogEntry | null)[], expected: readonly LogEntry[]): void {
  assert.deepEqual(actual.map(plain), expected.map(plain));
}
