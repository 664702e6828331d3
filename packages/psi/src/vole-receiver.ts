/** The receiver's part over oblivious linear evaluation; see vole-sender.ts for what the messages mean. */
import type { Random } from '@sluis/base';
import { Arena, blockLogic, BulkHash, setKernels } from '@sluis/kernels';
import { voleReceiver } from '@sluis/ot';
import { type Coin, COIN_BYTES, openedCoin, SALT_BYTES } from './coin.ts';
import { ItemRows } from './item-rows.ts';
import { decodeStore, encodeStore } from './key-value-store.ts';
import { blockBytes, isNarrow, storeBlocks, valueBytes } from './lengths.ts';
import { itemCount, type PackedItems } from './packed-items.ts';
import type { Session } from './session.ts';
import type { IntersectionTerms } from './terms.ts';
import { reserveValues, ValueMarks } from './value-list.ts';
import { addCoin, hashRows } from './vole-sender.ts';

const BLOCK = 16;

/** Learns: which of its items the sender has too. Its messages are masked, or drawn at random. */
export async function receiveByVole(
  session: Session,
  items: PackedItems,
  terms: IntersectionTerms,
  coin: Coin,
  random: Random,
  correlate: typeof voleReceiver = voleReceiver,
): Promise<Uint32Array> {
  const arena = new Arena();
  try {
    const hash = new BulkHash(arena);
    const rows = await ItemRows.hash(arena, hash, items, session.id, terms.sizes.receiver, random);
    if (isNarrow(terms)) await rows.narrow();
    const length = storeBlocks(terms);
    const options = { context: session.id, threat: terms.threat, narrow: isNarrow(terms), random };
    const { a, c } = await correlate(session.link, arena, length, options);
    await sendStore(session, rows, a, terms, coin, random);
    const decoded = arena.reserve(BLOCK * rows.count);
    await decodeStore(rows, c, length, decoded, 0);
    if (terms.threat === 'malicious') {
      const sent = openedCoin(await session.receive('psi/coin', COIN_BYTES + SALT_BYTES), session.commitment);
      addCoin(arena, decoded, rows.count, coin.with(sent));
    }
    const size = valueBytes(terms);
    const values = reserveValues(arena, rows.count, size);
    await hashRows(rows, hash, session.id, decoded, size, values);
    const own = await ValueMarks.of(arena, values, rows.count, size);
    await session.receivePieces('psi/values', size * terms.sizes.sender, size, (_from, bytes) => own.mark(bytes));
    return positionsOf(rows, own.marks(), itemCount(items));
  } finally {
    arena.close();
  }
}

/** Sends the seed of the rows, and the store masked with a. */
async function sendStore(session: Session, rows: ItemRows, a: number, terms: IntersectionTerms, coin: Coin, random: Random) {
  const { arena } = rows;
  const top = arena.top;
  const length = storeBlocks(terms);
  const store = arena.reserve(BLOCK * length);
  const seed = await encodeStore(rows, store, length, random);
  arena.attach(blockLogic).xorBlocks(store, a, store, length);
  await session.send('psi/seed', seed, coin.secret);
  const size = blockBytes(terms);
  // In place: what is packed never lies behind what it is packed from.
  if (size < BLOCK) arena.attach(setKernels).packHalves(store, length, store);
  await session.sendPieces('psi/store', size * length, size, (from, bytes) => arena.bytes(store + from, bytes));
  arena.reset(top);
}

/** Positions of marked items among the first `given`, ascending: repeated ones too, what they were filled up with not. */
function positionsOf(rows: ItemRows, marks: Uint8Array, given: number): Uint32Array {
  const found = new Uint8Array(rows.items);
  const records = rows.arena.words(rows.records, 2 * rows.count);
  for (let k = 0; k < marks.length; k++) found[records[2 * k] as number] = marks[k] as number;
  for (let k = 0; k < rows.repeats.length; k += 2) {
    found[rows.repeats[k] as number] = found[rows.repeats[k + 1] as number] as number;
  }
  let total = 0;
  for (let i = 0; i < given; i++) total += found[i] as number;
  const positions = new Uint32Array(total);
  for (let i = 0, at = 0; i < given; i++) if (found[i] === 1) positions[at++] = i;
  return positions;
}
