/** What a compute party says when something about a deposit is not as it should be. */
import { InvalidError, ProtocolError, RefusedError } from '@sluis/base';

export const unknownDeposit = (party: string, batch: string): InvalidError =>
  new InvalidError('deposit/unknown', {
    stage: 'contribution',
    party,
    message: `${party} knows no deposit ${batch}.`,
    remedy: 'List yours with: sluis contribute list',
  });

export const incomplete = (party: string, batch: string, missing: number): InvalidError =>
  new InvalidError('deposit/incomplete', {
    stage: 'contribution',
    party,
    message: `${missing} of the pieces of deposit ${batch} are not at ${party} yet.`,
    remedy: 'Run the same command again: it goes on where it stopped.',
  });

export const otherContent = (party: string, batch: string): RefusedError =>
  new RefusedError('deposit/replayed', {
    stage: 'contribution',
    party,
    message: `Deposit ${batch} is there already, with another content.`,
    remedy: 'Withdraw it (sluis contribute withdraw) and run the command again: it takes a fresh number.',
  });

export const pieceDiffers = (party: string, batch: string, piece: number): ProtocolError =>
  new ProtocolError('deposit/piece-differs', {
    stage: 'contribution',
    party,
    message: `Piece ${piece} of deposit ${batch} is not the one that its contributor signed; it was not kept.`,
    remedy: 'Upload through another station; the one that was used may have changed it.',
  });
