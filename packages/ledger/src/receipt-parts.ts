/** What verifying a receipt of any kind looks at: the agreement in it, signatures, and inclusion in the signers' logs. */
import { fromHex, InvalidError, toHex, utf8 } from '@sluis/base';
import { verifySignature } from '@sluis/crypto';
import { agreementId, type Agreement, type Receipt, type SignedAgreement, verifyAgreementSignatures } from '@sluis/model';
import { verifyCheckpoint } from './checkpoint.ts';
import { saltedLeafHash } from './ledger.ts';
import { verifyInclusion } from './merkle-verify.ts';
import { logOrigin } from './receipt.ts';

/** The agreement is the one with this id, and carries a valid signature of every organisation, and no other signature. */
export function requireSignedAgreement(signed: SignedAgreement, id: string): void {
  const { agreement } = signed;
  if (agreementId(agreement) !== id) throw receiptFault('other-agreement', 'the agreement in it is not the one that was signed for');
  const named = agreement.organisations.map((o) => o.name);
  const valid = new Set(verifyAgreementSignatures(signed));
  const missing = named.find((n) => !valid.has(n));
  if (missing !== undefined) throw receiptFault('agreement-unsigned', `the agreement lacks the valid signature of ${missing}`, missing);
  requireSameNames(Object.keys(signed.signatures), named, 'agreement-unsigned', 'signatures under the agreement');
}

/** Exactly these organisations signed the digest as a receipt. */
export function requireSignatures(
  agreement: Agreement,
  signers: readonly string[],
  digest: Uint8Array,
  signatures: Readonly<Record<string, string>>,
): void {
  requireSameNames(Object.keys(signatures), signers, 'bad-signature', 'signatures');
  for (const party of signers) {
    if (!verifySignature(identityOf(agreement, party), 'receipt', digest, fromHex(signatures[party] ?? ''))) {
      throw receiptFault('bad-signature', `the signature of ${party} does not hold for what it says`, party);
    }
  }
}

/** Each signer logged this entry before it signed. `entry` gives its bytes for the time that the log says. */
export function requireLogged(
  agreement: Agreement,
  signers: readonly string[],
  entry: (at: string) => Uint8Array,
  log: Receipt['log'],
): void {
  requireSameNames(Object.keys(log), signers, 'not-logged', 'log proofs');
  for (const party of signers) {
    const proof = log[party];
    if (proof === undefined) throw receiptFault('not-logged', `the log proof of ${party} is missing`, party);
    const data = utf8(proof.leaf);
    const at = timeOf(proof.leaf);
    if (at === null || toHex(entry(at)) !== toHex(data)) {
      throw receiptFault('not-logged', `what ${party} logged is not this release`, party);
    }
    const checkpoint = readCheckpoint(proof.checkpoint, party, identityOf(agreement, party));
    const hash = saltedLeafHash(fromHex(proof.salt), data);
    if (!verifyInclusion(hash, proof.index, checkpoint.size, proof.proof.map(fromHex), checkpoint.root)) {
      throw receiptFault('not-logged', `the release is not in the log of ${party}`, party);
    }
  }
}

function readCheckpoint(note: string, party: string, publicKey: Uint8Array) {
  try {
    return verifyCheckpoint(note, logOrigin(party), publicKey);
  } catch (cause) {
    if (!(cause instanceof InvalidError)) throw cause;
    throw receiptFault('bad-checkpoint', `the checkpoint of ${party}'s log does not hold`, party);
  }
}

/** The time in an entry's canonical JSON; null if there is none of the right form. */
function timeOf(leaf: string): string | null {
  return /^\{"at":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)",/.exec(leaf)?.[1] ?? null;
}

function identityOf(agreement: Agreement, name: string): Uint8Array {
  const found = agreement.organisations.find((o) => o.name === name);
  if (found === undefined) throw receiptFault('not-agreed', `the agreement does not say who ${name} is`, name);
  return fromHex(found.identity);
}

function requireSameNames(given: readonly string[], expected: readonly string[], code: string, what: string): void {
  const same = given.length === expected.length && new Set(given).size === given.length && expected.every((n) => given.includes(n));
  if (!same) throw receiptFault(code, `its ${what} are not those of exactly ${expected.join(', ')}`);
}

export function receiptFault(code: string, reason: string, party?: string): InvalidError {
  return new InvalidError(`receipt/${code}`, {
    stage: 'receipt',
    message: `The receipt does not hold: ${reason}.`,
    remedy: 'Use the file exactly as it was written by Sluis; if it still fails, do not rely on it and ask those who signed it.',
    ...(party === undefined ? {} : { party }),
  });
}
