// Everything that is checked without a lab, in the order of how soon it says something.

import { readdirSync } from 'node:fs';
import { root, tool } from './prepare.mjs';

/** The unit and contract tests; more arguments for vitest may follow. */
export const unitTests = {
  name: 'unit and contract tests',
  argv: [tool('vitest'), 'run', '--project', 'unit'],
};

/** What dbctl runs on hosts, or installs there and here. */
const scripts = readdirSync(`${root}templates`, { recursive: true, encoding: 'utf8' })
  .filter((name) => /\.(sh|bash)$/.test(name))
  .map((name) => `templates/${name}`)
  .toSorted();

export const staticChecks = [
  { name: 'types', argv: [tool('tsc')] },
  { name: 'types of the tests', argv: [tool('tsc'), '-p', 'test'] },
  { name: 'lint', argv: [tool('oxlint'), '--type-aware'] },
  { name: 'format', argv: [tool('oxfmt'), '--check'] },
  { name: 'shell scripts', argv: ['shellcheck', '-x', '-P', 'SCRIPTDIR', ...scripts] },
  { name: 'dead code', argv: [tool('knip'), '--no-progress'] },
  { name: 'package', argv: [tool('publint'), '--strict', '--pack', 'npm'] },
];
