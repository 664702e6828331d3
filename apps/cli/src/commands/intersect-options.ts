/** Which options of `sluis intersect` go together, over files and at a station: what would have no effect is refused, not ignored. */
import type { IntersectionSide } from '../sandbox/intersection-draft.ts';
import { type IntersectMode, type IntersectOptions, usage } from './intersect.ts';

/** Throws InvalidError `usage/intersect`. */
export function checkMode(mode: IntersectMode, sides: readonly IntersectionSide[], options: IntersectOptions): void {
  const files = sides.length;
  if (files > 26) throw usage('There are more than 26 files.', 'Give fewer.');
  if (files > 2 && !['size', 'union', 'at-least'].includes(mode))
    throw usage(`"--mode ${mode}" is for two files.`, 'With three or more: --mode size, union or at-least.');
  checkCompanions(mode, files, options);
  if (mode === 'items' && options.explain === true)
    throw usage('Between two stations what each learns is said without --explain.', 'Leave it out.');
  if (mode !== 'items') checkHidden(options);
  const [first] = sides;
  if ((mode === 'union' || mode === 'at-least') && sides.some(({ key }) => key.join() !== first?.key.join()))
    throw usage(`With "--mode ${mode}" all files must call the key alike.`, 'Rename the column in one of them, and give --on COLUMN.');
}

/** What a mode needs, and no other takes. */
function checkCompanions(mode: IntersectMode, files: number, { value, threshold, ask }: IntersectOptions): void {
  if (mode === 'sum' && value === undefined)
    throw usage('It is not said what to sum.', 'Give --value COLUMN, or --value B.COLUMN for the second file.');
  if (mode !== 'sum' && value !== undefined) throw usage('--value belongs to --mode sum.', 'Give --mode sum, or leave --value out.');
  if (mode === 'at-least' && threshold === undefined)
    throw usage('It is not said in how many files an item must be.', `Give --threshold T, from 2 to ${files}.`);
  if (mode !== 'at-least' && threshold !== undefined)
    throw usage('--threshold belongs to --mode at-least.', 'Give --mode at-least, or leave --threshold out.');
  if (threshold !== undefined && (threshold < 2 || threshold > files))
    throw usage(`With ${files} files --threshold ${threshold} is out of range.`, files === 2 ? 'Give 2.' : `Give 2 to ${files}.`);
  if (mode !== 'flags' && ask !== undefined) throw usage('--ask belongs to --mode flags.', 'Give --mode flags, or leave --ask out.');
}

/** Where nobody learns which items match, there are no items to receive or to write. */
function checkHidden({ output, receiver, protocol, missing }: IntersectOptions): void {
  const only = (option: string) =>
    usage(
      `${option} is for two files and --mode items.`,
      'Leave it out: nobody learns which items match, and a station without data receives.',
    );
  if (output !== undefined) throw only('--output');
  if (receiver !== 'A') throw only(`--receiver ${receiver}`);
  if (protocol !== 'vole') throw only(`--protocol ${protocol}`);
  if (missing !== 'no-match') throw only(`--missing ${missing}`);
}

/** Files are compared on this machine: what says which station, and how to follow a run there, would have no effect. */
export function checkOverFiles({ home, station, certificate, tokenFile, collaboration, wait }: IntersectOptions): void {
  const named = { home, station, certificate, 'token-file': tokenFile, collaboration, 'no-wait': wait ? undefined : true };
  const given = Object.entries(named).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
  if (given.length === 0) return;
  throw usage(
    `${given.join(', ')} ${given.length === 1 ? 'is' : 'are'} for an intersection at a station; files are compared on this machine.`,
    'Leave it out, or give the name of an intersection of the agreement instead of files.',
  );
}

/** At a station the agreement decides what options decide over files. Throws InvalidError `usage/intersect`. */
export function checkAtStation(options: IntersectOptions): void {
  const { on, recipe, terms, missing, mode, value, threshold, minimum, ask, receiver, threatModel, protocol, keep } = options;
  const given = Object.entries({ on, recipe, terms, mode, value, threshold, ask, keep }).flatMap(([n, v]) => (v === undefined ? [] : [n]));
  if (missing !== 'no-match') given.push('missing');
  if (minimum !== 0) given.push('minimum');
  if (receiver !== 'A') given.push('receiver');
  if (threatModel !== 'semi-honest') given.push('threat-model');
  if (protocol !== 'vole') given.push('protocol');
  checkWaits(options);
  if (given.length === 0) return;
  throw usage(
    `${given.map((name) => `--${name}`).join(', ')} ${given.length === 1 ? 'is' : 'are'} for files; at a station the agreement says it.`,
    'Leave it out, or give two files.',
  );
}

/** Who does not wait has nothing to write yet. */
function checkWaits({ wait, output, receipt }: IntersectOptions): void {
  const given = Object.entries({ output, receipt }).flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`]));
  if (wait || given.length === 0) return;
  throw usage(
    `${given.join(', ')} ${given.length === 1 ? 'has' : 'have'} no effect beside --no-wait.`,
    `Leave one out; once the run has ended: sluis intersect result RUN ${given.map((name) => `${name} FILE`).join(' ')}`,
  );
}
