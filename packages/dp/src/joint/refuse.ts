/** How plans are refused that noise on secrets can't do what it says for. */
import { InvalidError } from '@sluis/base';

export function refuse(message: string, remedy = 'Ask a simpler question, or with a larger epsilon, or change the agreement.'): never {
  throw new InvalidError('plan/unsupported-shape', { stage: 'plan', message, remedy });
}
