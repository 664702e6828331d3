/** `sluis contribute identity create` */
import { existsSync } from 'node:fs';
import { InvalidError, systemRandom } from '@sluis/base';
import { NAME } from '@sluis/model';
import { newIdentity } from '@sluis/sdk/contribute';
import { writePrivate } from '../files.ts';
import { text } from '../messages/index.ts';
import { print, printJson, remark } from '../output/streams.ts';

export async function identityCreate(options: { readonly name: string; readonly out: string; readonly json?: boolean }): Promise<void> {
  if (!NAME.test(options.name))
    throw new InvalidError('usage/name', {
      stage: 'usage',
      message: `"${options.name}" can't be a name in an agreement.`,
      remedy: 'Start with a letter; use letters, digits, "-" and "_" only.',
    });
  if (existsSync(options.out))
    throw new InvalidError('usage/file-exists', {
      stage: 'usage',
      message: `${options.out} exists already; it was not touched.`,
      remedy: 'Choose another file.',
    });
  const { file, identity } = newIdentity(options.name, systemRandom);
  writePrivate(options.out, file);
  if (options.json === true) return printJson({ name: options.name, identity, file: options.out });
  remark(text.contributeIdentity(options.out));
  remark(text.contributeIdentityNext);
  print(`${options.name}: {identity: "${identity}"}`);
}
