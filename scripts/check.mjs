// npm run check: types, lint, format, shell scripts, dead code, package, unit and contract tests. All run, also after a failure.

import { staticChecks, unitTests } from './checks.mjs';
import { prepareModules, prepareShellcheck, shownTool } from './prepare.mjs';
import { run, sayFailed } from './run.mjs';

await prepareModules();
await prepareShellcheck();
const failed = [];
for (const { name, argv } of [...staticChecks, unitTests]) {
  if ((await run(argv, { shown: shownTool(argv) })) !== 0) failed.push(name);
}
if (failed.length > 0) sayFailed(`failed: ${failed.join(', ')}`);
process.exitCode = failed.length > 0 ? 1 : 0;
