/** The identity of an agreement's version: the hash of its one canonical form. */
import { canonicalBytes, canonicalText, toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import type { Agreement } from './agreement.ts';

/** The form that is stored, sent and hashed: canonical JSON. */
export const canonicalAgreement = (agreement: Agreement): string => canonicalText(agreement);

/** 64 hexadecimal digits; equal for two agreements exactly if their canonical forms are. */
export const agreementId = (agreement: Agreement): string => toHex(taggedHash('sluis/agreement/1', canonicalBytes(agreement)));
