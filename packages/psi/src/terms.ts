/** What both sides of an intersection agree on beforehand. */
import { InvalidError, lengthPrefixed, utf8 } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';

/** Both sides give the same terms; a difference is caught before anything about items is sent. */
export interface IntersectionTerms {
  /** Binds the run, the step and who is sender and receiver: never the same twice. */
  readonly context: Uint8Array;
  readonly threat: 'semi-honest' | 'malicious';
  readonly protocol: 'vole' | 'ddh';
  /** Declared sizes: real sets may be smaller, and are padded up to these. */
  readonly sizes: { readonly sender: number; readonly receiver: number };
}

/** The largest set on either side: what fits into the memory that WebAssembly can address, and what ends within the hour. */
export const LARGEST_SET: Readonly<Record<IntersectionTerms['protocol'], number>> = { vole: 16_000_000, ddh: 1_000_000 };

const bad = (message: string, remedy: string) => new InvalidError('psi/bad-terms', { stage: 'usage', message, remedy });

/** Throws InvalidError `psi/bad-terms` for terms that nobody can keep. */
export function checkTerms({ context, threat, protocol, sizes }: IntersectionTerms): void {
  if (context.length === 0) throw bad('An intersection has no context to be bound to.', 'Give the run, the step and both parties.');
  if (threat !== 'semi-honest' && threat !== 'malicious') throw bad('The threat model is unknown.', 'Use semi-honest or malicious.');
  if (protocol !== 'vole' && protocol !== 'ddh') throw bad('The protocol is unknown.', 'Use vole or ddh.');
  for (const size of [sizes.sender, sizes.receiver]) {
    if (Number.isSafeInteger(size) && size >= 0 && size <= LARGEST_SET[protocol]) continue;
    throw bad(
      `A declared size is no whole number from 0 to ${LARGEST_SET[protocol]}.`,
      'Declare a smaller set, or intersect in parts (for example by the first byte of a hash of the items).',
    );
  }
}

/** Hash of the terms: equal on both sides if and only if the terms are. */
export const termsDigest = ({ context, threat, protocol, sizes }: IntersectionTerms): Uint8Array =>
  taggedHash(
    'sluis/psi/terms/1',
    context,
    utf8(threat),
    utf8(protocol),
    lengthPrefixed(utf8(`${sizes.sender}`), utf8(`${sizes.receiver}`)),
  );
