/** RFC 6962 trees and proofs: the vectors of transparency-dev/merkle. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBase64, fromHex, toHex } from '@sluis/base';
import { leafHash, MerkleTree } from './merkle.ts';
import { verifyConsistency, verifyInclusion } from './merkle-verify.ts';

const fixtures = process.env['SLUIS_FIXTURES'];
const skip = fixtures === undefined ? "SLUIS_FIXTURES is not set: standards' vectors were not checked" : false;
const read = <T>(file: string): T => JSON.parse(readFileSync(join(fixtures ?? '', 'vectors/merkle_rfc6962', file), 'utf8')) as T;
const bytes = (text: string | null): Uint8Array => fromBase64(text ?? '');

test('roots and proofs of the eight leaves', { skip }, () => {
  const vectors = read<{ leaf_inputs_hex: string[]; root_hash_by_tree_size_0_to_8: string[] }>('tree.json');
  const roots = vectors.root_hash_by_tree_size_0_to_8;
  const tree = new MerkleTree();
  assert.equal(toHex(tree.root()), roots[0]);
  const leaves = vectors.leaf_inputs_hex.map((h) => leafHash(fromHex(h)));
  for (const leaf of leaves) tree.append(leaf);
  roots.forEach((root, size) => {
    assert.equal(toHex(tree.root(size)), root);
    for (const [i, leaf] of leaves.slice(0, size).entries()) {
      assert.ok(verifyInclusion(leaf, i, size, tree.inclusionProof(i, size), fromHex(root)));
    }
    for (let from = 1; from <= size; from++) {
      assert.ok(verifyConsistency(from, size, tree.consistencyProof(from, size), tree.root(from), fromHex(root)), `${from} in ${size}`);
    }
  });
});

interface Inclusion {
  leafIdx: number;
  treeSize: number;
  root: string;
  leafHash: string;
  proof: string[] | null;
  wantErr: boolean;
}
interface Consistency {
  size1: number;
  size2: number;
  root1: string;
  root2: string;
  proof: string[] | null;
  wantErr: boolean;
}

test('inclusion proofs', { skip }, () => {
  for (const [name, v] of Object.entries(read<Record<string, Inclusion>>('inclusion.json'))) {
    const good = verifyInclusion(bytes(v.leafHash), v.leafIdx, v.treeSize, (v.proof ?? []).map(bytes), bytes(v.root));
    assert.equal(good, !v.wantErr, name);
  }
});

test('consistency proofs', { skip }, () => {
  for (const [name, v] of Object.entries(read<Record<string, Consistency>>('consistency.json'))) {
    const good = verifyConsistency(v.size1, v.size2, (v.proof ?? []).map(bytes), bytes(v.root1), bytes(v.root2));
    assert.equal(good, !v.wantErr, name);
  }
});
