/** Tiles of the log (C2SP tlog-tiles): 256 hashes wide, full or partial, and their paths. */
import { concatBytes } from '@sluis/base';
import type { MerkleTree } from './merkle.ts';

export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;

export interface TileAddress {
  /** 0 to 5. */
  readonly level: number;
  readonly index: number;
  /** 1 to 256; below 256 the tile is partial. */
  readonly width: number;
}

/** `<L>/<N>[.p/<W>]`: N in groups of three digits, all but the last preceded by "x". */
export function tilePath(tile: TileAddress): string {
  const digits = String(tile.index);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const groups = padded.match(/\d{3}/g) ?? [];
  const path = groups.map((g, i) => (i < groups.length - 1 ? `x${g}` : g)).join('/');
  return `${tile.level}/${path}${tile.width === TILE_WIDTH ? '' : `.p/${tile.width}`}`;
}

/** Reads a path as `tilePath` writes it; null for any other text. */
export function parseTilePath(path: string): TileAddress | null {
  const match = /^([0-5])\/((?:x\d{3}\/){0,4}\d{3})(?:\.p\/([1-9]\d{0,2}))?$/.exec(path);
  if (match === null) return null;
  const tile = { level: Number(match[1]), index: Number((match[2] ?? '').replaceAll(/[x/]/g, '')), width: Number(match[3] ?? TILE_WIDTH) };
  return tilePath(tile) === path ? tile : null;
}

/** The tile's hashes, joined; null if the tree does not reach that far. */
export function readTile(tree: MerkleTree, tile: TileAddress): Uint8Array | null {
  const { level, index, width } = tile;
  if (!(level >= 0 && level <= 5 && index >= 0 && width >= 1 && width <= TILE_WIDTH)) return null;
  const complete = Math.floor(tree.size / 2 ** (TILE_HEIGHT * level));
  const start = index * TILE_WIDTH;
  if (start + width > complete) return null;
  return concatBytes(...Array.from({ length: width }, (_, i) => tree.node(TILE_HEIGHT * level, start + i)));
}
