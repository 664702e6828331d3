/** Pass 8, hash: the plan's identity, which must agree at all stations. */
import { canonicalBytes, toHex } from '@sluis/base';
import { taggedHash } from '@sluis/crypto';
import type { Plan } from '@sluis/model';

export const planHash = (plan: Plan): string => toHex(taggedHash('sluis/plan/1', canonicalBytes(plan)));
