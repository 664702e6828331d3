/**
 * The sender's part over oblivious linear evaluation. With c = a·Δ ⊕ b and the receiver's store P, it computes
 * K = b ⊕ Δ·(a ⊕ P) = c ⊕ Δ·P, so that K decodes to the same as c, plus Δ times what P decodes to. For an item x that the
 * receiver stored that is Δ·H(x), and both sides know the same value; for any other it is off by a multiple of Δ ≠ 0, which
 * the receiver does not know.
 * Source: Rindal & Schoppmann 2021 ("VOLE-PSI"), figure 4; Raghuraman & Rindal 2022 ("Blazing Fast PSI").
 */
import type { Random } from '@sluis/base';
import { Arena, blockLogic, BulkHash, setKernels } from '@sluis/kernels';
import { voleSender } from '@sluis/ot';
import { type AddProducts, productsWith } from './field-product.ts';
import { firstBlock, ItemRows } from './item-rows.ts';
import { decodeStore, SEED_BYTES } from './key-value-store.ts';
import { blockBytes, isNarrow, storeBlocks, valueBytes } from './lengths.ts';
import type { PackedItems } from './packed-items.ts';
import { COIN_BYTES, type Coin } from './coin.ts';
import type { Session } from './session.ts';
import { eachStripe, STRIPE } from './stripes.ts';
import type { IntersectionTerms } from './terms.ts';
import { orderValues, reserveValues } from './value-list.ts';

const BLOCK = 16;

/** Learns: nothing. Its messages show a value for every item, in an order that says nothing. */
export async function sendByVole(
  session: Session,
  items: PackedItems,
  terms: IntersectionTerms,
  coin: Coin,
  random: Random,
  correlate: typeof voleSender = voleSender,
): Promise<void> {
  const arena = new Arena();
  try {
    const hash = new BulkHash(arena);
    const rows = await ItemRows.hash(arena, hash, items, session.id, terms.sizes.sender, random);
    if (isNarrow(terms)) await rows.narrow();
    const length = storeBlocks(terms);
    const options = { context: session.id, threat: terms.threat, random };
    const { delta, b } = await correlate(session.link, arena, length, options);
    const addProducts = productsWith(arena, delta);
    const opening = await session.receive('psi/seed', SEED_BYTES + COIN_BYTES);
    await rows.arrange(opening.subarray(0, SEED_BYTES), length);
    await receiveStore(session, arena, b, terms, addProducts);
    if (terms.threat === 'malicious') await session.send('psi/coin', coin.secret, coin.salt);
    const decoded = arena.reserve(BLOCK * rows.count);
    const products = arena.reserve(BLOCK * rows.count);
    await decodeStore(rows, b, length, decoded, products);
    await eachStripe(rows.count, STRIPE, (from, n) => addProducts(products + BLOCK * from, decoded + BLOCK * from, n));
    if (terms.threat === 'malicious') addCoin(arena, decoded, rows.count, coin.with(opening.subarray(SEED_BYTES)));
    const size = valueBytes(terms);
    const values = reserveValues(arena, terms.sizes.sender, size);
    await hashRows(rows, hash, session.id, decoded, size, values);
    const padding = size * (terms.sizes.sender - rows.count);
    // Where items are repeated, random values take the place of theirs.
    arena.bytes(values + size * rows.count, padding).set(random.bytes(padding));
    const ordered = await orderValues(arena, values, terms.sizes.sender, size);
    await session.sendPieces('psi/values', size * terms.sizes.sender, size, (from, bytes) => arena.bytes(ordered + from, bytes));
  } finally {
    arena.close();
  }
}

/** b becomes K = b ⊕ Δ·(a ⊕ P), as the masked store arrives. */
async function receiveStore(session: Session, arena: Arena, b: number, terms: IntersectionTerms, addProducts: AddProducts) {
  const top = arena.top;
  const { unpackHalves } = arena.attach(setKernels);
  const size = blockBytes(terms);
  const blocks = arena.reserve(BLOCK * STRIPE);
  await session.receivePieces('psi/store', size * storeBlocks(terms), size, (from, bytes) => {
    const masked = arena.place(bytes);
    for (let at = 0; at < bytes.length; at += size * STRIPE) {
      const n = Math.min(STRIPE, (bytes.length - at) / size);
      if (size < BLOCK) unpackHalves(masked + at, n, blocks);
      addProducts(size < BLOCK ? blocks : masked + at, b + (BLOCK / size) * (from + at), n);
    }
    arena.reset(masked);
  });
  arena.reset(top);
}

/** Adds what both sides threw to every decoded block. */
export function addCoin(arena: Arena, decoded: number, count: number, coin: Uint8Array): void {
  const top = arena.top;
  arena.attach(blockLogic).xorEachBlock(decoded, arena.place(coin), decoded, count);
  arena.reset(top);
}

/** Values: hashes of each decoded block with its item's digest, `size` bytes each. Run by both sides. */
export async function hashRows(rows: ItemRows, hash: BulkHash, session: Uint8Array, decoded: number, size: number, values: number) {
  const top = rows.arena.top;
  const start = hash.begin(firstBlock('value', session));
  await eachStripe(rows.count, STRIPE, (from, n) => {
    hash.hashDecoded(decoded + BLOCK * from, n, rows.digests + 32 * from, start, size, values + size * from);
  });
  rows.arena.reset(top);
}
