// Says where a support bundle is, and what is in it.

import { formatBytes } from '../model/units.ts';
import type { Bundle } from './make-bundle.ts';
import { shorten } from '../ui/text.ts';

export const reportText = ({ file, bytes, files, hosts }: Bundle): string =>
  [
    file,
    `${formatBytes(bytes)}, ${files} files, readable by you alone (mode 0600)`,
    '',
    ...hosts.map(({ name, problem, files: found }) =>
      shorten(`  ${name}  ${problem === null ? `${found} files` : `not reached: ${problem}`}`),
    ),
    '',
    'Secrets are replaced by [secret]; keys and password files stayed on their hosts.',
    `Look through it before you give it away: tar -tzf ${file}`,
    '',
  ].join('\n');
